#!/bin/bash
# A sweep as a Slurm job array: each task does its share of the points into a file of its own.
#
# From the root of the repository, or from anywhere with the paths of your own design and space:
#
#   sbatch --export=ALL,DESIGN=configs/cnv-w1a1.json,SPACE=configs/spaces/cnv.json,OUT=parts \
#     configs/cluster/sweep-slurm.sh
#   simrun sweep merge -o sweep.sqlite parts/part-*.sqlite        # when the array is done
#
# A task that is killed or requeued goes on where it stopped. simrun exits with 64 or 65 when the
# command or an input file is wrong; such a task must not be requeued, so it ends here.
#SBATCH --job-name=simrun-sweep
#SBATCH --array=0-15
#SBATCH --cpus-per-task=4
#SBATCH --mem-per-cpu=1G
#SBATCH --time=04:00:00
#SBATCH --requeue
#SBATCH --open-mode=append
set -u
: "${DESIGN:?state the design: sbatch --export=ALL,DESIGN=…,SPACE=…,OUT=…}"
: "${SPACE:?state the sweep space}" "${OUT:?state the folder of the parts}"
command -v simrun > /dev/null || {
  echo "simrun is not on the PATH of $(hostname): pip install simrun, or export PATH with sbatch" >&2
  exit 64
}
mkdir -p "$OUT"
# To do task 3 of 16 once more: sbatch --array=3 with SHARDS=16 among the exported.
n=${SHARDS:-$SLURM_ARRAY_TASK_COUNT}
i=$SLURM_ARRAY_TASK_ID
[ -n "${SHARDS:-}" ] || i=$((i - SLURM_ARRAY_TASK_MIN))
simrun sweep "$DESIGN" --space "$SPACE" --shard "$i/$n" --workers "$SLURM_CPUS_PER_TASK" \
  -o "$OUT/part-$i.sqlite"
code=$?
if [ $code -eq 75 ]; then
  scontrol requeue "${SLURM_ARRAY_JOB_ID}_${SLURM_ARRAY_TASK_ID}"
fi
exit $code
