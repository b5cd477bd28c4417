-- Trials only (router/trial): an order that no fixed score can say, for comparison with the rule.

-- Weight of the severity times time waited: the longer, the lower the score. All in tier 2.
mutation('trial_rescore', function(req)
  local changed = 0
  for _, id in ipairs(redis.call('SMEMBERS', key('contacts'))) do
    local c = contact(id)
    local score = 25e12 - math.floor(req.weights[c.severity] * (ctx.now - num(c.queued_at, ctx.now)))
    if c.state == 'queued' and score ~= c.score then
      unplace(c)
      c.score = score
      place(c)
      keep(c)
      changed = changed + 1
    end
  end
  return { ok = true, fired = changed }
end)
