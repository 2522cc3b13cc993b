"""Runs the shards of a kenc command as tasks of Ray, each on any node.

    python ray_driver.py 64 reports encrypt -r /data -o s3://my-backups/data/ -k alias/backup

kenc must be installed on all of them. Reports go to a folder that they share.
"""

import subprocess
import sys

import ray

shards, reports, words = int(sys.argv[1]), sys.argv[2], sys.argv[3:]


# A node that is lost takes its tasks with it: they run again, on another one.
@ray.remote(num_cpus=1, max_retries=5)
def run(shard):
    own = ["--shard", f"{shard}/{shards}", "--report", f"{reports}/{shard}.jsonl", "--resume"]
    return shard, subprocess.run(["kenc", *words, *own], check=False).returncode


ray.init()
failed = [done for done in ray.get([run.remote(shard) for shard in range(1, shards + 1)]) if done[1] != 0]
sys.exit(f"shards that failed, with their exit codes: {failed}" if failed else 0)
