"""A real Kubernetes cluster on one small machine, for the tests and for trying things: `python -m tests.cluster up`.

No Docker and no registry are needed. The modules, from the bottom up:

    layout         where everything lies: folders, addresses, ports
    errors         the one exception that a person is meant to read
    tools          the Go programs, built once per pinned version (go/<module>/go.mod) and cached
    debian         what must come from the system's packages
    processes      started programs, recorded by pid, so that only they are ever ended
    certificates   keys, certificates and kubeconfigs, made anew for each cluster
    network        the network namespace and the veth pair that leads into it
    api_client     the few API reads that tell whether the cluster is ready
    control_plane  etcd, API server, controller manager, scheduler
    runtime        containerd, as built or as packaged
    node           kubelet, kube-proxy
    services       the S3 server and the statsd sink (statsd_sink)
    leftovers      finding and clearing what a killed cluster left on the machine
    lifecycle      up, down and status, out of the above
    archives       image archives: content hashes, the pause image, loading into the node
    wheels         wheelhouses for image builds
    base_image     a local Debian with Python, the stand-in for the public base
    images         the project's own images, built from their Containerfiles
    fixtures       what pytest uses of all this
"""
