-- New settings while people wait.

local has, key = values.has, values.key
local contact, touch = records.contact, records.touch
local event = events.add
local mutation = entry.mutation

local function limits() return ctx.cfg.max_sms .. '/' .. ctx.cfg.max_email end

-- What was kept back or too short before may be possible now. cfg.version: names the configuration that the
-- other processes must use too; they read it in the settings.
-- takes: cfg
-- tells: index.configured
mutation('configure', function(req)
  local before = limits()
  for name, value in pairs(req.cfg) do ctx.cfg[name] = value end
  if limits() ~= before then -- everybody may have more or less room
    for _, a in pairs(ctx.kept.agents) do
      if a.presence ~= 'offline' then agents.settle(a) end
    end
  end
  redis.call('SET', key('cfg'), cjson.encode(ctx.cfg))
  ctx.eased = true
  if has(req.cfg.reserve) then ctx.reserve = req.cfg.reserve end
  event('index.configured', nil, { code = req.cfg.version })
  return { ok = true }
end)

-- Queues whose ladders changed: ladders[queue][severity][the old ladder] = the new one, in each of its forms.
-- A contact on the old ladder continues on the new one with the ladder time it has; a ladder of its own (a
-- transfer to skills) stays.
-- home: { queue, wrapup_ms, forms } of the queue in which these contacts continue because theirs is gone.
-- forms[severity] = { its ladder, the same for contacts that end outside }, for a ladder that no queue has
-- any more, and for an S1 whose own ladder would end unserved.
-- takes: contacts, home, ladders
-- tells: contact.reladdered
mutation('reladder', function(req)
  for _, id in ipairs(req.contacts) do
    local c = contact(id)
    local of = c and c.state ~= State.ENDED and req.ladders[c.queue]
    local ways = of and of[tostring(c.severity)]
    local now = ways and ways[c.ladder]
    local home = of and has(req.home) and req.home
    if home then
      local steps = ladder.of(c)
      local outside_too = steps[#steps].overflow
      if not ways or not now and c.severity == 1 and not outside_too then
        now = home.forms[tostring(c.severity)][outside_too and 2 or 1]
      end
      c.queue, c.wrapup_ms = home.queue, home.wrapup_ms
    end
    if now then
      c.ladder, c.step = now, nil
      if has(c.ladder_from) then ladder.run(c) end
      waiting.recheck_sticky(c)
      waiting.replace(c)
    end
    if now or home then
      touch(c)
      event('contact.reladdered', c, home and { handed_to = home.queue } or nil)
    end
  end
  return { ok = true }
end)
