-- Outside: callers whom nobody here takes go to the numbers on call, else to a voicemail.
--
--   queued -> outside (it rings there) -> away (somebody pressed the key) -> ended
--               `-> queued (the next number)    queued -> voicemail -> ended
--
-- Which numbers there are, and who is on call when, is known outside of here: the index has names.

-- How a call ends whose caller was not with us at that moment.
outside.ends = { [State.AWAY] = 'handled', [State.VOICEMAIL] = 'voicemail' }

-- Nobody on duty who may be offered its tier, and no such supervisor stands by.
function outside.nobody_here(c)
  local t = tier(c)
  for _, profile in pairs(kept.profiles) do
    if t >= profile.floor and t <= profile.ceiling then
      for cause, n in pairs(profile.causes) do
        if n > 0 and cause ~= 'lost' and cause ~= 'paused' then return false end
      end
      if profile.pools.v5 and profile.pools.v5.n > 0 then return false end
    end
  end
  return true
end

function outside.may_go(c)
  return ctx.cfg.on_call == true and c.channel == 'voice' and not uncalled(c) and c.link ~= 'none' and c.caller ~= 'gone'
end

-- Asks for the next number on call; whoever answers the carrier at this moment may be quicker.
function outside.try(c)
  if not outside.may_go(c) then return end
  effect('overflow', c, math.max(ctx.now, num(c.quiet_until, 0)))
end

-- step: where its ladder is; last: whether it ends outside at all.
function outside.overflowed(c, step, last)
  if has(c.overflow_at) or not last.overflow then return end
  if not step.overflow and not (outside.may_go(c) and outside.nobody_here(c)) then return end
  c.overflow_at = ctx.now
  event('contact.overflow', c)
  outside.try(c)
end

-- The numbers on call are not his way any more: a ladder that begins anew, or that ends here.
function outside.forget(c)
  if STATES[c.state].beyond then return end
  c.overflow_at, c.tried = nil, nil
  disarm('outside', c.id)
  drop_effects(c, 'overflow')
end

-- Out of the order: it waits for nobody here any more.
function outside.leave_line(c)
  unwait(c)
  unname(c)
  kept.refused[c.id] = nil
  c.held_for, c.cool, c.out = nil, nil, nil
  disarm('cool', c.id)
  disarm('stream_idle', c.id)
  drop_effects(c, 'open_stream', 'close_stream', 'overflow')
  clocks_stand(c)
end

function outside.stays(c, state, ms)
  if c.state == state then lasts(c, ms) else enter(c, state, ms) end
  arm('caller', c.id, ctx.now + ctx.cfg.hold_loop + 10000)
  touch(c)
end

-- The caller is told, and may leave a message. ms: the longest message, and the words before it.
function outside.to_voicemail(c)
  outside.leave_line(c)
  outside.stays(c, State.VOICEMAIL, ctx.cfg.voicemail + 60000)
  event('contact.voicemail', c)
end

-- Closed. Whom the record cannot be asked about may have an emergency with us: he waits in line until
-- it was asked (`recorded`).
function outside.by_hours(c)
  if not c.provisional then return outside.to_voicemail(c) end
  c.closed = true
  queue_now(c)
end

-- It was asked: the rule holds for whoever has not been taken meanwhile. closed: what it says of him.
function outside.hours_apply(c, closed)
  c.closed = closed or nil
  if not closed or c.state == State.IN_MENU then return end
  if not STATES[c.state].waits then return end
  withdraw(c, 'closed')
  outside.to_voicemail(c)
  effect('go_outside', c, math.max(ctx.now, num(c.quiet_until, 0)))
end
