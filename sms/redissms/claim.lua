-- KEYS: the event. ARGV: the owner of the claim, ms until it lapses, the value of
-- what was handled. Returns 0 for a fresh event, 1 for a busy, 2 for a handled one.
local v = redis.call('GET', KEYS[1])
if not v then
  redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
  return 0
end
if v == ARGV[3] then
  return 2
end
return 1
