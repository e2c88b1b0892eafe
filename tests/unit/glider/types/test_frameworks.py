"""torch and TensorFlow, held against flytekit where they are installed (`pip install torch tensorflow-cpu` beside the development
tools): they are too large to be development dependencies. Where they are not, the summary of the tests says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

import pytest

from glider import PyTorchCheckpoint, TFRecordDatasetConfig, TFRecordFile, TFRecordsDirectory
from glider.types.errors import ConversionError
from tests.unit.glider.types.oracle import our_type, ours, read_by_ours, read_by_theirs, their_type, theirs


@dataclass
class Hyperparameters:
    epochs: int = 3


@pytest.fixture
def torch() -> Any:
    found = pytest.importorskip("torch")
    pytest.importorskip("flytekit.extras.pytorch")
    return found


@pytest.fixture
def tf() -> Any:
    found = pytest.importorskip("tensorflow")
    pytest.importorskip("flytekit.extras.tensorflow")
    return found


def test_tensors_travel_both_ways(torch: Any) -> None:
    value = torch.arange(6.0).reshape(2, 3)
    assert our_type(torch.Tensor) == their_type(torch.Tensor)
    assert torch.equal(read_by_theirs(ours(value, torch.Tensor), torch.Tensor), value)
    assert torch.equal(read_by_ours(theirs(value, torch.Tensor), torch.Tensor), value)


def test_modules_of_flytekit_are_read_also_where_flytekit_itself_cannot(torch: Any) -> None:
    value = torch.nn.Linear(3, 2)
    assert our_type(torch.nn.Module) == their_type(torch.nn.Module)
    assert torch.equal(read_by_ours(theirs(value, torch.nn.Module), torch.nn.Module).weight, value.weight)
    assert torch.equal(read_by_ours(ours(value, torch.nn.Module), torch.nn.Module).weight, value.weight)


def test_checkpoints_hold_what_flytekits_hold(torch: Any) -> None:
    from flytekit.extras.pytorch import PyTorchCheckpoint as Theirs

    module = torch.nn.Linear(3, 2)
    parts = {"module": module, "hyperparameters": Hyperparameters(), "optimizer": torch.optim.SGD(module.parameters(), lr=0.1)}
    assert our_type(PyTorchCheckpoint) == their_type(Theirs)
    mine = read_by_theirs(ours(PyTorchCheckpoint(**parts), PyTorchCheckpoint), Theirs)
    flytekits = read_by_ours(theirs(Theirs(**parts), Theirs), PyTorchCheckpoint)
    assert mine.keys() == flytekits.keys() == {"module_state_dict", "optimizer_state_dict", "epochs"}
    assert torch.equal(mine["module_state_dict"]["weight"], flytekits["module_state_dict"]["weight"])


def test_a_checkpoint_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="expected a module, hyperparameters or an optimizer, found nothing"):
        PyTorchCheckpoint()


def test_hyperparameters_without_names_are_refused() -> None:
    with pytest.raises(TypeError, match="expected a dict, dataclass or NamedTuple, found list"):
        PyTorchCheckpoint(hyperparameters=[1])


def test_keras_models_travel_both_ways(tf: Any) -> None:
    keras = pytest.importorskip("keras")
    model = keras.Sequential([keras.layers.Input((3,)), keras.layers.Dense(2)])
    ones = tf.ones((1, 3))
    assert our_type(keras.Model) == their_type(tf.keras.Model)
    for read in (read_by_theirs(ours(model, keras.Model), tf.keras.Model), read_by_ours(theirs(model, tf.keras.Model), keras.Model)):
        assert bool(tf.reduce_all(read(ones) == model(ones)))


def example(tf: Any, text: bytes) -> Any:
    return tf.train.Example(features=tf.train.Features(feature={"a": tf.train.Feature(bytes_list=tf.train.BytesList(value=[text]))}))


def test_a_record_travels_both_ways(tf: Any) -> None:
    from flytekit.types.file import TFRecordFile as Theirs

    one = example(tf, b"one")
    assert our_type(TFRecordFile) == their_type(Theirs)
    read = [read_by_theirs(ours(one, TFRecordFile), Theirs), read_by_ours(theirs(one, Theirs), TFRecordFile)]
    assert [[record.numpy() for record in dataset] for dataset in read] == [[one.SerializeToString()]] * 2


def test_a_folder_of_records_travels_both_ways(tf: Any) -> None:
    from flytekit.types.directory import TFRecordsDirectory as Theirs

    two = [example(tf, b"one"), example(tf, b"two")]
    assert our_type(TFRecordsDirectory) == their_type(Theirs)
    read = [read_by_theirs(ours(two, TFRecordsDirectory), Theirs), read_by_ours(theirs(two, Theirs), TFRecordsDirectory)]
    expected = sorted(record.SerializeToString() for record in two)
    assert [sorted(record.numpy() for record in dataset) for dataset in read] == [expected, expected]


def test_a_configuration_says_how_records_are_read(tf: Any) -> None:
    hint = Annotated[TFRecordFile, TFRecordDatasetConfig(buffer_size=1024)]
    assert len(list(read_by_ours(ours(example(tf, b"one"), hint), hint))) == 1


@pytest.mark.parametrize(("value", "hint"), [("text", TFRecordFile), ("text", TFRecordsDirectory), ([1], TFRecordsDirectory)])
def test_what_is_no_record_is_refused(value: Any, hint: Any) -> None:
    with pytest.raises(ConversionError, match=r"expected a (list of )?tf\.train\.Example, found"):
        ours(value, hint)
