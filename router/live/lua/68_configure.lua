-- New settings while people wait.

-- What was kept back or too short before may be possible now. version: names the configuration that
-- the other processes have to work by too.
mutation('configure', function(req)
  for name, value in pairs(req.cfg) do ctx.cfg[name] = value end
  redis.call('SET', key('cfg'), cjson.encode(ctx.cfg))
  ctx.eased = true
  if has(req.cfg.reserve) then ctx.reserve = req.cfg.reserve end
  event('index.configured', nil, { code = req.version })
  return { ok = true }
end)

-- Queues whose ladders changed: ladders[queue][severity][the one that was] = the one that is, in each
-- of its forms. Who climbs the old one goes on at the new one with the ladder time he has; a ladder of
-- its own (a transfer to skills) stays.
mutation('reladder', function(req)
  for _, id in ipairs(req.contacts) do
    local c = contact(id)
    local of = c and req.ladders[c.queue]
    local ways = of and of[tostring(c.severity)]
    local now = ways and ways[c.ladder]
    if now and c.state ~= 'ended' then
      c.ladder, c.step = now, nil
      if has(c.ladder_from) then clocks_run(c) end
      replace(c)
      touch(c)
      event('contact.reladdered', c)
    end
  end
  return { ok = true }
end)
