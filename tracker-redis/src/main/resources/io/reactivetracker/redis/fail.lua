-- RUNNING --fail--> FAILED
-- REVOKING --fail--> SUCCEEDED
--
-- ARGV[6]: the fencing number of the claim; ARGV[7]: the failure.
-- Gives 1, or 0 if the claim is no longer held.
return { settle('fail', { RUNNING = 'FAILED', REVOKING = 'SUCCEEDED' }, ARGV[7]) }
