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

-- Queues whose ladders changed: ladders[queue][severity] = { was, now }. Who climbs the old one goes on
-- at the new one with the ladder time he has; a ladder of its own (a transfer to skills) stays.
mutation('reladder', function(req)
  for _, id in ipairs(req.contacts) do
    local c = contact(id)
    local of = c and req.ladders[c.queue]
    local change = of and of[tostring(c.severity)]
    if change and c.state ~= 'ended' and c.ladder == change.was then
      c.ladder, c.step = change.now, nil
      if has(c.ladder_from) then clocks_run(c) end
      replace(c)
      touch(c)
      event('contact.reladdered', c)
    end
  end
  return { ok = true }
end)
