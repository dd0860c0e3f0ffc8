from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import simrun
from simrun import _binary

ROOT = Path(__file__).resolve().parents[2]


def test_a_sweep_here(space: dict[str, object]) -> None:
    pytest.importorskip("pandas")
    frame = simrun.sweep(simrun.example("cnv-w1a1"), space)
    assert len(frame) == 6


def test_a_sweep_takes_what_load_takes(space: dict[str, object]) -> None:
    pytest.importorskip("pandas")
    design = simrun.example("cnv-w1a1", budget={"LUT": 50000, "BRAM_18K": 280, "DSP": 220, "URAM": 0})
    assert len(simrun.sweep(design, space)) == 6


def test_what_is_wrong_with_a_space_is_said_of_its_file(
    space: dict[str, object], tmp_path: Path
) -> None:
    pytest.importorskip("pandas")
    design = simrun.example("cnv-w1a1")
    wrong = {**space, "fifo": ["x"]}
    with pytest.raises(simrun.InputError, match=r"^space.json: fifo\[0\]: ") as caught:
        simrun.sweep(design, wrong)
    assert caught.value.file == "space.json"
    place = tmp_path / "mine.json"
    place.write_text(json.dumps(wrong))
    with pytest.raises(simrun.InputError, match=r"mine.json: fifo\[0\]: ") as caught:
        simrun.sweep(design, place)
    assert caught.value.file == str(place) and caught.value.message.startswith(f"{place}: ")
    with pytest.raises(simrun.InputError, match="no such file") as caught:
        simrun.sweep(design, tmp_path / "none.json")
    assert caught.value.file == str(tmp_path / "none.json") and caught.value.code == 65
    with pytest.raises(simrun.InputError, match="directory"):
        simrun.sweep(design, tmp_path)


def test_messages_name_no_folder_of_a_sweep() -> None:
    from simrun.errors import from_text

    for folder in ("simrun-0a_9z8y7", "simrun-shard-0a_9z8y7", "simrun-import-0a_9z8y7"):
        error = from_text(65, f"error: /tmp/{folder}/design.json: node 'a': wrong\n  hint: none\n")
        assert error.message == "design.json: node 'a': wrong" and error.file == "design.json"


def test_a_sweep_survives_lost_workers(space: dict[str, object]) -> None:
    pytest.importorskip("pandas")
    distributed = pytest.importorskip("distributed")
    alone = simrun.sweep(simrun.example("cnv-w1a1"), space)
    with (
        distributed.LocalCluster(
            n_workers=3, threads_per_worker=1, processes=True, dashboard_address=None
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        victims = [w.process.pid for w in list(cluster.workers.values())[:2]]
        import threading

        def kill() -> None:
            time.sleep(0.3)
            for pid in victims:
                os.kill(pid, signal.SIGKILL)

        killer = threading.Thread(target=kill)
        killer.start()
        frame = simrun.sweep(simrun.example("cnv-w1a1"), space, client=client, shards=12)
        killer.join()
    order = [c for c in frame.columns if c in alone.columns]
    key = order[0]
    assert frame.sort_values(key)[order].reset_index(drop=True).equals(
        alone.sort_values(key)[order].reset_index(drop=True)
    )


@pytest.fixture()
def slurm(tmp_path: Path) -> Iterator[dict[str, str]]:
    if os.geteuid() != 0 or not all(shutil.which(p) for p in ("slurmctld", "slurmd", "munged")):
        pytest.skip("needs slurm-wlm and root")
    host = socket.gethostname().split(".")[0]
    (tmp_path / "spool").mkdir()
    (tmp_path / "state").mkdir()
    conf = tmp_path / "slurm.conf"
    conf.write_text(
        f"""ClusterName=test
SlurmctldHost={host}
SlurmUser=root
AuthType=auth/munge
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
ReturnToService=2
SlurmctldPidFile={tmp_path}/ctld.pid
SlurmdPidFile={tmp_path}/d.pid
SlurmctldPort=36817
SlurmdPort=36818
SlurmdSpoolDir={tmp_path}/spool
StateSaveLocation={tmp_path}/state
SlurmdParameters=config_overrides
SelectType=select/cons_tres
NodeName={host} CPUs=4 RealMemory=8000
PartitionName=main Nodes={host} Default=YES State=UP
"""
    )
    if subprocess.run(["munge", "-n"], capture_output=True).returncode != 0:
        Path("/run/munge").mkdir(exist_ok=True)
        shutil.chown("/run/munge", "munge", "munge")
        subprocess.run(["runuser", "-u", "munge", "--", "munged"], check=True)
    log = (tmp_path / "log").open("w")
    daemons = [
        subprocess.Popen([d, "-D", "-f", str(conf)], stdout=log, stderr=log)
        for d in ("slurmctld", "slurmd")
    ]
    environment = {**os.environ, "SLURM_CONF": str(conf)}
    try:
        for _ in range(100):
            state = subprocess.run(["sinfo", "-ho", "%t"], capture_output=True, env=environment)
            if state.stdout.strip() == b"idle":
                break
            time.sleep(0.2)
        else:
            pytest.fail("Slurm did not start:\n" + (tmp_path / "log").read_text())
        yield environment
    finally:
        for daemon in reversed(daemons):
            daemon.terminate()
            daemon.wait()
        log.close()


def test_the_slurm_script_as_printed(slurm: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/simrun").symlink_to(_binary.path())
    slurm["PATH"] = f"{tmp_path}/bin:{slurm['PATH']}"
    (tmp_path / "space.json").write_text(
        '{"format": "simrun-space", "version": 1, "nodes": {"MVAU_hls_0": {"PE": [16, 32]}}}'
    )
    export = f"ALL,DESIGN=configs/cnv-w1a1.json,SPACE={tmp_path}/space.json,OUT={tmp_path}/parts"
    subprocess.run(
        ["sbatch", "--wait", f"--output={tmp_path}/%a.out", f"--export={export}",
         "--array=0-2", "configs/cluster/sweep-slurm.sh"],
        cwd=ROOT, env=slurm, check=True, timeout=120, capture_output=True,
    )
    parts = sorted((tmp_path / "parts").glob("part-*.sqlite"))
    assert len(parts) == 3
    _binary.run(["sweep", "merge", "-o", tmp_path / "all.sqlite", *parts])
    _binary.run(["sweep", "report", tmp_path / "all.sqlite", "--csv", tmp_path / "all.csv"])
    assert len((tmp_path / "all.csv").read_text().splitlines()) == 3


@pytest.mark.parametrize("version", ["1.28", "1.33"])
def test_the_kubernetes_manifest(version: str) -> None:
    validate = pytest.importorskip("kubernetes_validate")
    yaml = pytest.importorskip("yaml")
    manifest = yaml.safe_load((ROOT / "configs/cluster/sweep-kubernetes.yaml").read_text())
    validate.validate(manifest, version, strict=True)
