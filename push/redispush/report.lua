-- KEYS: the user's hash, the token's key.
-- ARGV: slot, time in ms, token's id (empty: none), cell, prefix of token keys.
local function read(v)
  return string.match(v, '^(%d+)\n(%x*)\n')
end

local user, key = KEYS[1], KEYS[2]
local slot, at, id = ARGV[1], tonumber(ARGV[2]), ARGV[3]
local here = user .. '\n' .. slot

local old = redis.call('HGET', user, slot)
local oldid = ''
if old then
  local t
  t, oldid = read(old)
  if at < tonumber(t) or (oldid == '' and at == tonumber(t)) then
    return 0
  end
end

if id ~= '' then
  local place = redis.call('GET', key)
  if place and place ~= here then
    local other, field = string.match(place, '^(.*)\n(%x+)$')
    local v = redis.call('HGET', other, field)
    if v then
      local t, has = read(v)
      if has == id then
        if tonumber(t) > at then
          return 0
        end
        redis.call('HSET', other, field, t .. '\n\n')
      end
    end
  end
end

if oldid ~= '' and oldid ~= id then
  redis.call('DEL', ARGV[5] .. oldid)
end
redis.call('HSET', user, slot, ARGV[2] .. '\n' .. id .. '\n' .. ARGV[4])
if id ~= '' then
  redis.call('SET', key, here)
end
return 1
