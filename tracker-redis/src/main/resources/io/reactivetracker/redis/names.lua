-- The layout of a namespace:
--
--   records      hash  key -> "Sfence word\nfailure", where S is the status: R, V (revoking), S or F.
--                      A key without a field is NOT_FOUND.
--                      The word is the nonce of the beginning call while the claim runs, then the step that ended it.
--                      While it runs, the failure's place has the time of the claim, unless that is the fencing token.
--   running      zset  key -> expiry of its lease
--   revoking     zset  key -> expiry of its lease
--   succeeded    zset  key -> time of settlement
--   failed       zset  key -> time of settlement
--   settlements  zset  "fence:step" -> time at which its record was dropped; recognizes a repeated step
--   fence        string, the last fencing token
--   settings     string, the settings that all processes must share
--
-- The script that ends a claim publishes the key's new status in the same step:
--
--   settled:KEY  channel
--
-- A key with a record is in the zset of its status only. Times are microseconds of the server's clock. The settings
-- precede each script: LEASE, AGE (0: unlimited) and REMEMBERED in microseconds, MAX_ENTRIES (0: unlimited) for
-- successes and for failures each, EXPIRY in milliseconds, and MAX_TIDIED, as text, the number of other entries that a
-- script tidies up.
local records, running, revoking, succeeded, failed, settlements, fences =
  KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6], KEYS[7]
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
