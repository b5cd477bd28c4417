-- Loaded for trials only (router/simulation): an order that no fixed score can express, for comparison with
-- the rule.

local num = values.num
local contact = records.contact

-- Weight of the severity times time waited: the longer the wait, the lower the score. All in tier 2.
-- weights: by severity, from 1. fired: how many moved.
-- takes: weights
entry.mutation('trial_rescore', function(req)
  local changed = 0
  for _, name in ipairs(redis.call('HKEYS', ctx.records)) do
    local id = string.match(name, '^c:(.*)$')
    local c = id and contact(id)
    local score = c and 25e12 - math.floor(req.weights[c.severity] * (ctx.now - num(c.queued_at, ctx.now)))
    if c and c.state == State.QUEUED and score ~= c.score then
      waiting.unplace(c)
      c.score = score
      waiting.place(c)
      records.keep(c)
      changed = changed + 1
    end
  end
  return { ok = true, fired = changed }
end)
