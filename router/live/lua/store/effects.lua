-- Effects: actions outside the index, at most one of a kind per contact (or, where it has a name, per name).

local has, key = values.has, values.key

function effects.add(kind, c, due, args, name)
  local id = kind .. ':' .. c.id .. (name and ':' .. name or '')
  local row = { id = id, kind = kind, contact = c.id, epoch = ctx.epoch, tries = 0, made_at = ctx.now,
    args = args or {}, carrier_id = c.carrier_id }
  redis.call('SET', key('e:' .. id), cjson.encode(row))
  redis.call('ZADD', key('effects'), due or ctx.now, id)
  c.fx = c.fx or {} -- what was asked for; whether it has been done already does not matter here
  c.fx[kind] = true
  ctx.effects = true
end

function effects.drop(c, ...)
  if not has(c.fx) then return end
  for _, kind in ipairs({ ... }) do
    if c.fx[kind] then
      redis.call('DEL', key('e:' .. kind .. ':' .. c.id))
      redis.call('ZREM', key('effects'), kind .. ':' .. c.id)
      c.fx[kind] = nil
    end
  end
  if not next(c.fx) then c.fx = nil end
end
