"""Runs a streamer every hour. Dagster's environment has PERSIST_ENDPOINT, PERSIST_TOKEN and the streamer's credentials."""

import subprocess

import dagster as dg

COMMAND = ["persist", "--streamer", "github", "--", "streamer-github"]

# The command line is wrong, the stream was refused, or the token was: another attempt would end the same way.
PERMANENT = {2, 3, 4}


@dg.asset(retry_policy=dg.RetryPolicy(max_retries=3, delay=300))
def github():
    code = subprocess.run(COMMAND).returncode
    if code != 0:
        raise dg.Failure(f"persist exited with {code}", allow_retries=code not in PERMANENT)


hourly = dg.define_asset_job("persist_github", selection=[github])

defs = dg.Definitions(
    assets=[github],
    jobs=[hourly],
    schedules=[dg.ScheduleDefinition(job=hourly, cron_schedule="17 * * * *")],
)
