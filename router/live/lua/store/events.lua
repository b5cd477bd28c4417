-- Events: what a step announces, with the whole of every record that it changed; and the day's counts.

local key, num = values.key, values.num

function events.add(name, c, extra)
  local ev = extra or {}
  ev.name = name
  if c then ev.contact = c.id end
  ctx.out[#ctx.out + 1] = ev
end

function events.today_of(now) return math.floor((now + num(ctx.cfg.zone_offset_ms, 0)) / 86400000) end

function events.stats_of(day)
  local flat = redis.call('HGETALL', key('stats:' .. day))
  local t = { day = day }
  for i = 1, #flat, 2 do t[flat[i]] = tonumber(flat[i + 1]) end
  return t
end

-- Today's counts; what a step changed in them is announced with it.
function events.count(c, what)
  local kept, day, field = ctx.kept, events.today_of(ctx.now), c.severity .. ':' .. what
  if not kept.stats or kept.stats.day ~= day then kept.stats = events.stats_of(day) end
  local n = num(kept.stats[field], 0) + 1
  kept.stats[field] = n
  ctx.counted = ctx.counted or { day = day }
  ctx.counted[field] = n
end

function events.write_counts()
  if not ctx.counted then return end
  local k, put, new = key('stats:' .. ctx.counted.day), {}, false
  for field, n in pairs(ctx.counted) do
    if field ~= 'day' then
      put[#put + 1], put[#put + 2] = field, n
      new = new or n == 1
    end
  end
  redis.call('HSET', k, unpack(put))
  if new then redis.call('EXPIRE', k, 172800) end
end
