-- Outside: callers whom nobody here takes go to the numbers on call, else to a voicemail.
--
--   queued -> outside (it rings there) -> away (somebody pressed the key) -> ended
--               `-> queued (the next number)    queued -> voicemail -> ended
--
-- Which numbers there are, and who is on call when, is known outside of here: the index has names.

-- Nobody on duty, and no supervisor stands by.
local function nobody_here()
  for _, by in pairs(causes()) do
    for cause, n in pairs(by) do
      if n > 0 and cause ~= 'lost' and cause ~= 'paused' then return false end
    end
  end
  flush_pools()
  return redis.call('EXISTS', key('live:v5')) == 0
end

local function may_go_outside(c)
  return ctx.cfg.on_call == true and c.channel == 'voice' and c.dir == 'in' and c.link ~= 'none' and c.caller ~= 'gone'
end

-- Asks for the next number on call; whoever answers the carrier at this moment may be quicker.
try_outside = function(c)
  if not may_go_outside(c) then return end
  effect('overflow', c, math.max(ctx.now, num(c.quiet_until, 0)))
end

-- step: where its ladder is; last: whether it ends outside at all.
overflowed = function(c, step, last)
  if has(c.overflow_at) or not last.overflow then return end
  if not step.overflow and not (may_go_outside(c) and nobody_here()) then return end
  c.overflow_at = ctx.now
  event('contact.overflow', c)
  try_outside(c)
end

-- Out of the order: it waits for nobody here any more.
local function out_of_line(c)
  unwait(c)
  if c.held_for then
    redis.call('SREM', key('named:' .. c.held_for), c.id)
    c.held_for = nil
  end
  if refused(c) then redis.call('SREM', key('refused'), c.id) end
  c.cool, c.out = nil, nil
  disarm('cool', c.id)
  disarm('stream_idle', c.id)
  drop_effects(c, 'open_stream', 'close_stream', 'overflow')
  clocks_stand(c)
end

local function stays(c, state, ms)
  if c.state ~= state then c.state, c.state_at = state, ctx.now end
  c['until'] = ctx.now + ms
  arm('outside', c.id, c['until'])
  arm('caller', c.id, ctx.now + ctx.cfg.hold_loop + 10000)
  touch(c)
end

-- Not taken there: back at its place (72_outside.lua).
local back_inside

-- The caller is told, and may leave a message. ms: the longest message, and the words before it.
local function to_voicemail(c)
  disarm('menu', c.id)
  out_of_line(c)
  stays(c, 'voicemail', ctx.cfg.voicemail + 60000)
  event('contact.voicemail', c)
end
