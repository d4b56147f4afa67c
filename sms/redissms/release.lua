-- KEYS: one hash for each count. ARGV: the step of each at which it was counted.
for i = 1, #KEYS do
  if redis.call('HEXISTS', KEYS[i], ARGV[i]) == 1 and redis.call('HINCRBY', KEYS[i], ARGV[i], -1) <= 0 then
    redis.call('HDEL', KEYS[i], ARGV[i])
  end
end
return 0
