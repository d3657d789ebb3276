-- How the records of a namespace are kept:
--
--   records      hash  key -> "Sfence word\nfailure", where S is the status: R, V (revoking), S or F; none is NOT_FOUND.
--                      The word is the nonce of the call that began it while it runs, and then the step that ended it.
--                      While it runs the time of its claim is in place of a failure, if the fencing token is not that
--   running      zset  key -> when its lease runs out
--   revoking     zset  key -> when its lease runs out
--   succeeded    zset  key -> when it was settled
--   failed       zset  key -> when it was settled
--   settlements  zset  "fence:step" -> when its record went: what a step that is sent again is told by
--   fence        string, the number that was given last
--   settings     string, what all processes must agree on
--
-- Who ends a claim publishes the status that the key has from then on, in the same step:
--
--   settled:KEY  channel
--
-- A key with a record is in the one zset of its status. Times are microseconds by the clock of the server. The settings stand
-- in front of each script: LEASE, AGE (0: any) and REMEMBERED in microseconds, MAX_ENTRIES (0: any) of successes and of failures,
-- EXPIRY in milliseconds, and MAX_TIDIED, as text, for how much a script tidies up besides.
local records, running, revoking, succeeded, failed, settlements, fences =
  KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6], KEYS[7]
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
