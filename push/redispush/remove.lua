-- KEYS: the token's key. ARGV: time in ms, token's id.
local place = redis.call('GET', KEYS[1])
if not place then
  return 0
end
local user, field = string.match(place, '^(.*)\n(%x+)$')
local v = redis.call('HGET', user, field)
if not v then
  return 0
end
local t, has = string.match(v, '^(%d+)\n(%x*)\n')
if has ~= ARGV[2] or tonumber(t) > tonumber(ARGV[1]) then
  return 0
end
redis.call('HSET', user, field, t .. '\n\n')
redis.call('DEL', KEYS[1])
return 1
