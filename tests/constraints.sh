#!/usr/bin/env bash
# Renews constraints.txt: the newest versions that fit together, as name==version only, with no addresses.
set -eu
cd "$(dirname "$0")/.."
.venv/bin/python -m pip install --quiet uv
{
    echo '# Pinned versions of everything that `make setup` installs: name==version only, no addresses. Renew with `make constraints`.'
    .venv/bin/python - <<'PY' | .venv/bin/uv pip compile --quiet --universal --no-header --no-annotate --no-emit-index-url --python-version 3.11 -
import tomllib, pathlib
wanted = {"pip>=25.1", "wheel"}
wanted |= set(tomllib.loads(pathlib.Path("pyproject.toml").read_text())["dependency-groups"]["dev"])
for package in ("executor", "core", "operator", "client", "console", "admin"):
    document = tomllib.loads(pathlib.Path(package, "pyproject.toml").read_text())
    wanted |= set(document["project"]["dependencies"]) | set(document["build-system"]["requires"])
    for extra in document["project"].get("optional-dependencies", {}).values():
        wanted |= set(extra)
print("\n".join(sorted(w for w in wanted if not w.startswith("glider-"))))
PY
} > build-constraints.tmp
mv build-constraints.tmp constraints.txt
