/** The output of `persist --help`. */
export const help = `persist sends a streamer's output to a Persister endpoint, and prints each committed
bookmark (Singer calls it state).

  persist --endpoint URL --streamer NAME -- command arguments…
  streamer | persist --endpoint URL --streamer NAME

The first form runs the streamer from the last committed bookmark: its last argument is a file that holds it.
Singer taps expect it after a flag: --state is short for --bookmark-arg=--state. Before the first bookmark
there is no file and no argument. The second form can't see how its streamer ended: use set -o pipefail.

  streamer | persist -C CLIENT_ID -T TOKEN

forwards straight to the Import API, without an endpoint: nothing is archived, and only a file keeps a
bookmark. Likewise straight to a database:

  streamer | persist --postgres postgres://USER@HOST/DATABASE

  --bookmark FILE     replaces FILE with each committed bookmark, starts the command from it, and
                      sends nothing unless FILE holds the endpoint's bookmark
  --if-bookmark FILE  sends nothing unless FILE holds the endpoint's bookmark; no file means no bookmark
  --state             the command after -- is a Singer tap
  --bookmark-arg=ARG  the command reads its bookmark's file after ARG; empty: as its last argument
  --full-refresh      runs the command from the beginning, and replaces the bookmark only if it succeeds
  --quiet, -q         prints only warnings and errors
  --log-format FORMAT text: messages have time, level and streamer, as they have if stderr is not a terminal;
                      json: they are JSON objects, one a line

  persist status                     lists all streamers, worst first: who is stale, what runs, what failed
                                     last, and what to do; with --streamer NAME, one in detail
  persist streamers                  lists all streamers by name, with what they delivered
  persist deliveries [ID]            lists the newest deliveries, and why one failed, or shows one
  persist bookmark get               prints the endpoint's last bookmark
  persist bookmark set VALUE         replaces it: JSON, or transit
  persist bookmark set --at /orders VALUE
                                     replaces only the value at a JSON pointer
  persist bookmark forget            deletes it: the next run starts from the beginning
  persist bookmark history           lists earlier bookmarks
  persist settings get               prints the streamer's settings
  persist settings set VALUE         replaces them: {"expectedEvery":"PT1H"} expects a bookmark every hour
  persist token create --streamer NAME --scope write,read,admin [--expires 90d]
                                     creates a token; NAME is '*' for all streamers
  persist token list                 lists the tokens
  persist token revoke ID            revokes one
  persist check FILE                 checks a stitchstream and sends nothing; - is stdin

  --json              prints JSON instead of tables and sentences
  --limit N           lists at most N deliveries or bookmarks, up to 100; 20 by default
  --annotations       prints the first faults of a check as annotations of GitHub Actions, as it does there

  --endpoint URL      PERSIST_ENDPOINT    without /v1
  --streamer NAME     PERSIST_STREAMER
                      PERSIST_TOKEN       the endpoint's token
  -C, --cid ID                            the Import API's account
  -T, --token TOKEN   STITCH_TOKEN        its token; a flag shows it to everyone who lists processes
                      IMPORT_API_URL      (optional) overrides https://api.stitchdata.com
  --postgres URL                          the database; PGPASSWORD is its password if URL has none
                      POSTGRES_SCHEMA     (optional) the schema of the tables, public by default
                      POSTGRES_ON_SCHEMA_CHANGE   (optional) evolve, or freeze
                      HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, NO_PROXY   (optional) a proxy
                      NODE_EXTRA_CA_CERTS         (optional) a file of certificates to trust as well
  --help, --version

Flags take precedence over the environment, and that over {"endpoint","streamer","token"} in ./persist.json.

What was committed stays committed: run it again and it continues from there.

Exit codes
  0  everything is committed, or there was nothing new
  1  unexpected failure
  2  the command line is wrong, or a bookmark file holds no bookmark
  3  the stream was refused; the message says where, and what to do
  4  unauthorized
  5  the endpoint or the destination is unavailable, or another run was faster: run it again
  6  the streamer failed
  128 and more: a signal ended it, 130 for Ctrl-C
`;
