/** What `persist --help` says. */
export const help = `persist sends what a streamer prints to a Persister endpoint, and prints each bookmark once it is committed.

  streamer | persist --endpoint URL --streamer NAME
  persist --endpoint URL --streamer NAME -- command arguments…

The second line runs the streamer from the last committed bookmark: its last argument is a file that holds it. Taps want
that behind a flag of theirs, --bookmark-arg=ARG; --state is short for --bookmark-arg=--state. Before the first bookmark
there is no file, and no argument.

  streamer | persist -C CLIENT_ID -T TOKEN

forwards straight to the Import API, with no endpoint: nothing is archived, no bookmark is kept but what is printed, and a
command behind -- is run from the beginning. -T shows the token to all who list processes: STITCH_TOKEN does not.

  persist bookmark get               the endpoint's last bookmark
  persist bookmark set VALUE         puts another in its place: JSON, or transit
  persist bookmark forget            the next run begins from nothing
  persist bookmark history           what it was before
  persist deliveries                 the newest ones, and why one failed
  persist check FILE                 checks a stitchstream and sends nothing

  --endpoint URL      PERSIST_ENDPOINT    without /v1
  --streamer NAME     PERSIST_STREAMER
                      PERSIST_TOKEN       the endpoint's token
  -C CLIENT_ID                            the Import API's account
  -T TOKEN            STITCH_TOKEN        and its token
                      IMPORT_API_URL      if it is another than https://api.stitchdata.com
Flags come before the environment, and that before {"endpoint","streamer","token"} in ./persist.json.

What was committed stays committed: run it again and it goes on from there.

Exit codes
  0  all is committed, or there was nothing new
  1  something broke
  2  it was called wrongly
  3  the stream was refused; the message says where, and the mend
  4  the token was
  5  the endpoint or the Import API can't be reached, or is in trouble: run it again
  6  the streamer failed
  128 and more: a signal ended it, 130 for Ctrl-C
`;
