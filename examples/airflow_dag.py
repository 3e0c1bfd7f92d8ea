"""Runs a streamer every hour. The workers' environment has PERSIST_ENDPOINT, PERSIST_TOKEN and the streamer's credentials."""

import subprocess
from datetime import datetime, timedelta

from airflow.exceptions import AirflowFailException
from airflow.sdk import dag, task

COMMAND = ["persist", "--streamer", "github", "--", "streamer-github"]

# The command line is wrong, the stream was refused, or the token was: another attempt would end the same way.
PERMANENT = {2, 3, 4}


@dag(schedule="@hourly", start_date=datetime(2026, 1, 1), catchup=False, max_active_runs=1)
def persist_github():
    @task(retries=3, retry_delay=timedelta(minutes=5))
    def persist():
        code = subprocess.run(COMMAND).returncode
        if code in PERMANENT:
            raise AirflowFailException(f"persist exited with {code}: its last line says what to do.")
        if code != 0:
            raise RuntimeError(f"persist exited with {code}")

    persist()


persist_github()
