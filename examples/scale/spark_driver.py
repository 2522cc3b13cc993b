"""Runs the shards of a kenc command as tasks of Spark, each on any executor.

    spark-submit --conf spark.task.cpus=4 spark_driver.py 64 reports encrypt -r /data -o s3://my-backups/data/ -k alias/backup

kenc must be installed on all of them. Reports go to a folder that they share.
"""

import subprocess
import sys

from pyspark.sql import SparkSession

shards, reports, words = int(sys.argv[1]), sys.argv[2], sys.argv[3:]


def run(shard):
    own = ["--shard", f"{shard}/{shards}", "--report", f"{reports}/{shard}.jsonl", "--resume"]
    return shard, subprocess.run(["kenc", *words, *own], check=False).returncode


context = SparkSession.builder.appName("kenc").getOrCreate().sparkContext
failed = context.parallelize(range(1, shards + 1), shards).map(run).filter(lambda done: done[1] != 0).collect()
sys.exit(f"shards that failed, with their exit codes: {failed}" if failed else 0)
