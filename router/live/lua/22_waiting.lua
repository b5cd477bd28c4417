-- Waiting: lanes, holds, who is excluded. A queued contact stands in exactly one of
-- lane (open to all), held:<agent>, odd (refused by somebody).

-- 13 digits of arrived_at, ':', id: ties of score go by arrival, then id.
local function member(c) return string.format('%013d', c.arrived_at) .. ':' .. c.id end
local function id_of(m) return string.sub(m, 15) end

local function before(x, y)
  if x.score ~= y.score then return x.score < y.score end
  return member(x) < member(y)
end

local function head_changed(lane)
  local head = redis.call('ZRANGE', key('lane:' .. lane), 0, 0, 'WITHSCORES')
  if head[1] then redis.call('ZADD', key('lanes'), head[2], lane)
  else redis.call('ZREM', key('lanes'), lane) end
end

local function unplace(c)
  local spot = c.lane
  if not has(spot) then return end
  c.lane = nil
  if spot == 'odd' then redis.call('ZREM', key('odd'), member(c))
  elseif string.sub(spot, 1, 5) == 'held:' then redis.call('ZREM', key(spot), member(c))
  else
    redis.call('ZREM', key('lane:' .. spot), member(c))
    head_changed(spot)
  end
end

local function unwait(c)
  if not has(c.ladder_from) then return end -- it does not wait
  unplace(c)
  redis.call('ZREM', key('aside'), member(c))
end

-- The lane it stands in, if it stands in one; nil beside the lanes.
local function lane_of(c)
  local spot = has(c.lane) and c.lane or 'odd'
  return spot ~= 'odd' and string.sub(spot, 1, 5) ~= 'held:' and spot or nil
end

-- Out of its lane, and still waiting: it rings or connects.
local function step_aside(c)
  unplace(c)
  redis.call('ZADD', key('aside'), c.score, member(c))
end

local function refused(c) return has(c.out) or has(c.cool) end

local function place(c)
  redis.call('ZREM', key('aside'), member(c))
  if not refused(c) then redis.call('SREM', key('refused'), c.id) end
  if c.held_for then c.lane = 'held:' .. c.held_for
  elseif refused(c) then c.lane = 'odd'
  else
    local step = ladder_step(c)
    c.lane = c.channel .. '|' .. step.sig .. (step.supervisors and '*' or '')
    redis.call('ZADD', key('lane:' .. c.lane), c.score, member(c))
    head_changed(c.lane)
    return
  end
  redis.call('ZADD', key(c.lane), c.score, member(c))
  redis.call('ZADD', key('aside'), c.score, member(c))
end

-- Its place is worked out anew after a change of step, score, hold or exclusion.
local function replace(c)
  if c.state ~= 'queued' then return end
  unplace(c)
  place(c)
  seek(c)
end

-- Who declined or missed does not get it back before his cool-down (S1 10 s, else 30 s).
local function cool(c, agent_id)
  if not has(c.cool) then c.cool = {} end
  c.cool[agent_id] = ctx.now + (c.severity == 1 and ctx.cfg.cool_down_s1 or ctx.cfg.cool_down)
  local first
  for _, at in pairs(c.cool) do first = math.min(first or at, at) end
  arm('cool', c.id, first)
end

local function exclude(c, agent_id)
  cool(c, agent_id)
  if not has(c.out) then c.out = {} end
  c.out[agent_id] = true
  redis.call('SADD', key('refused'), c.id)
end

local function cooling(c, agent_id)
  return has(c.cool) and has(c.cool[agent_id]) and c.cool[agent_id] > ctx.now
end

local function is_out(c, agent_id) return has(c.out) and c.out[agent_id] == true end

-- Sticky holds --------------------------------------------------------------------------------
local function unhold(c)
  if not c.held_for then return end
  redis.call('SREM', key('named:' .. c.held_for), c.id)
  disarm('hold', c.id)
  unplace(c)
  c.held_for = nil
  touch(c)
  if c.state == 'queued' then replace(c) end
end

-- Called when a wait begins: held for the named agent while he may be expected to take it.
local function hold(c)
  local a = agent(c.named)
  local left = hold_ms(c) - ladder_time(c)
  if c.severity == 1 or left <= 0 or not a or not on_duty(a) or cooling(c, a.id) or is_out(c, a.id)
    or not satisfies(a.skills, ladder_step(c).needs) or (c.channel == 'voice' and a.media ~= 'up')
    or tier(c) < num(a.floor, 0) then return end
  c.held_for = a.id
  redis.call('SADD', key('named:' .. a.id), c.id)
  arm('hold', c.id, ctx.now + left)
end

-- He paused, was lost, or lost his sound: what waits for him alone is open to all.
local function let_go(a, voice_only)
  for _, id in ipairs(redis.call('SMEMBERS', key('named:' .. a.id))) do
    local c = contact(id)
    if c and c.held_for == a.id and not (voice_only and is_text(c)) then unhold(c) end
  end
end

-- A contact begins to wait: its clocks run, it may be held, it looks for somebody.
local function begin_wait(c)
  clocks_run(c)
  hold(c)
  place(c)
  seek(c)
end
