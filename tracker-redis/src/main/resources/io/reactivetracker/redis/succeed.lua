-- RUNNING --succeed--> SUCCEEDED
-- REVOKING --succeed--> NOT_FOUND
--
-- ARGV[6]: the fencing number of the claim.
-- Gives 1, or 0 if the claim is no longer held.
return { settle('succeed', { RUNNING = 'SUCCEEDED', REVOKING = 'NOT_FOUND' }, '') }
