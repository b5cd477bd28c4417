-- Waiting: lanes, holds, who is excluded. A queued contact stands in exactly one of
-- lane (open to all), held:<agent>, odd (refused by somebody).

-- 13 digits of arrived_at, ':', id: ties of score go by arrival, then id.
local function member(c) return string.format('%013d', c.arrived_at) .. ':' .. c.id end
local function id_of(m) return string.sub(m, 15) end

local function before(x, y)
  if x.score ~= y.score then return x.score < y.score end
  return member(x) < member(y)
end

-- Lanes: the store has them whole, the memory knows their heads. `least` = no score is lower.
local function lane_named(name)
  local lane = kept.lanes[name]
  if not lane then
    local channel, sig, star = string.match(name, '^(%a+)|([^*]*)(%*?)$')
    lane = { name = name, channel = channel, voice = channel == 'voice', sig = sig, needs = needs_of(sig), star = star == '*',
      known = true, least = 0 }
    kept.lanes[name], kept.lane_n = lane, kept.lane_n + 1
    ctx.new_lanes = ctx.new_lanes or {}
    ctx.new_lanes[#ctx.new_lanes + 1] = name
  end
  return lane
end

local function lane_changes(lane)
  local changes = ctx.lanes[lane]
  if not changes then
    changes = {}
    ctx.lanes[lane] = changes
  end
  return changes
end

local function lane_add(lane, c)
  local m, score = member(c), c.score
  lane_changes(lane)[m] = score
  if lane.known then
    local head = lane.head
    if not head or score < lane.score or score == lane.score and m < head then lane.head, lane.score = m, score end
  elseif score < lane.least then lane.least = score end
end

local function lane_drop(lane, c)
  local m = member(c)
  local changes = lane_changes(lane)
  if changes[m] and ctx.made[c.id] then changes[m] = nil -- it was never there
  else changes[m] = false end
  if lane.known and lane.head == m then
    lane.known, lane.least, lane.head = false, lane.score, nil
  end
end

local function flush_lane(lane)
  if not ctx.lanes[lane] then return end
  write_zset(key('lane:' .. lane.name), ctx.lanes[lane])
  ctx.lanes[lane] = nil
end

flush_lanes = function()
  if ctx.new_lanes then
    redis.call('SADD', key('lanes'), unpack(ctx.new_lanes))
    ctx.new_lanes = nil
  end
  for lane, changes in pairs(ctx.lanes) do write_zset(key('lane:' .. lane.name), changes) end
  ctx.lanes = {}
end

-- The member of lowest score; nil when there is none.
local function head_of(lane)
  if not lane.known then
    flush_lane(lane)
    local head = redis.call('ZRANGE', key('lane:' .. lane.name), 0, 0, 'WITHSCORES')
    lane.known, lane.head, lane.score = true, head[1], tonumber(head[2])
  end
  return lane.head, lane.score
end

-- Those who wait and are in no lane: held, refused, ringing or connecting. `odd` are the refused ones.
local function named_of(id)
  local set = kept.named[id]
  if not set then
    set = {}
    kept.named[id] = set
  end
  return set
end

local function unname(c)
  local set = c.held_for and kept.named[c.held_for]
  if not set then return end
  set[c.id] = nil
  if not next(set) then kept.named[c.held_for] = nil end
end

local function odd_add(c)
  kept.odd, kept.odd_at = kept.odd or new_line(), kept.odd_at or {}
  kept.odd_at[c.id] = line_add(kept.odd, c.score, member(c))
end

local function odd_drop(c)
  local one = kept.odd_at and kept.odd_at[c.id]
  if not one then return end
  line_drop(kept.odd, one)
  kept.odd_at[c.id] = nil
end

local function unplace(c)
  local spot = c.lane
  if not has(spot) then return end
  c.lane = nil
  if spot == 'odd' or string.sub(spot, 1, 5) == 'held:' then
    odd_drop(c)
    redis.call('SREM', key('aside'), c.id)
  else lane_drop(lane_named(spot), c) end
end

local function unwait(c)
  if not has(c.ladder_from) then return end -- it does not wait
  unplace(c)
  kept.aside[c.id] = nil
end

-- The lane it stands in, if it stands in one; nil beside the lanes.
lane_of = function(c)
  local spot = has(c.lane) and c.lane or 'odd'
  return spot ~= 'odd' and string.sub(spot, 1, 5) ~= 'held:' and spot or nil
end

-- Out of its lane, and still waiting: it rings or connects.
local function step_aside(c)
  unplace(c)
  kept.aside[c.id] = true
end

local function refused(c) return has(c.out) or has(c.cool) end

local function place(c)
  kept.aside[c.id] = nil
  if not refused(c) then kept.refused[c.id] = nil end
  if not c.held_for and not refused(c) then
    local step = ladder_step(c)
    c.lane = c.channel .. '|' .. step.sig .. (step.supervisors and '*' or '')
    lane_add(lane_named(c.lane), c)
    return
  end
  if c.held_for then c.lane = 'held:' .. c.held_for
  else
    c.lane = 'odd'
    odd_add(c)
  end
  kept.aside[c.id] = true
  redis.call('SADD', key('aside'), c.id)
end

-- Its place is worked out anew after a change of step, score, hold or exclusion.
local function replace(c)
  if c.state ~= State.QUEUED then return end
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

-- Raised to S1, or lowered from it: from each refusal, the cool-down of what the contact is now.
local function recool(c, was)
  if not has(c.cool) or (was == 1) == (c.severity == 1) then return end
  local longer = (ctx.cfg.cool_down - ctx.cfg.cool_down_s1) * (was == 1 and 1 or -1)
  local first
  for who, at in pairs(c.cool) do
    at = at + longer
    if at <= ctx.now then c.cool[who] = nil
    else c.cool[who], first = at, math.min(first or at, at) end
  end
  if first then arm('cool', c.id, first)
  else
    c.cool = nil
    disarm('cool', c.id)
  end
end

local function exclude(c, agent_id)
  cool(c, agent_id)
  if not has(c.out) then c.out = {} end
  c.out[agent_id] = true
  kept.refused[c.id] = true
end

-- Until its deadline has fired, as all that blocks for a time.
local function cooling(c, agent_id) return has(c.cool) and has(c.cool[agent_id]) end

local function is_out(c, agent_id) return has(c.out) and c.out[agent_id] == true end

-- Sticky holds --------------------------------------------------------------------------------
local function unhold(c)
  if not c.held_for then return end
  unname(c)
  disarm('hold', c.id)
  unplace(c)
  c.held_for = nil
  touch(c)
  if c.state == State.QUEUED then replace(c) end
end

-- Only for somebody who may be offered it: its tier, its ladder or his shift changed.
local function fits_hold(c, a)
  return satisfies(a.skills, ladder_step(c).needs) and in_tiers(c, a)
end

local function recheck_hold(c)
  local a = c.held_for and agent(c.held_for)
  if a and not fits_hold(c, a) then unhold(c) end
end

-- Called when a wait begins: held for the named agent while he may be expected to take it.
local function hold(c)
  local a = agent(c.named)
  local left = hold_ms(c) - ladder_time(c)
  if c.severity == 1 or left <= 0 or not a or not on_duty(a) or cooling(c, a.id) or is_out(c, a.id)
    or not fits_hold(c, a) or (c.channel == 'voice' and a.media ~= 'up') then return end
  c.held_for = a.id
  named_of(a.id)[c.id] = true
  arm('hold', c.id, ctx.now + left)
end

-- A set's ids in their order: what a step does may change the set while it is walked.
local function ids_of(set)
  local ids = {}
  for id in pairs(set or {}) do ids[#ids + 1] = id end
  table.sort(ids)
  return ids
end

-- He paused, was lost, or lost his sound: what waits for him alone is open to all.
local function let_go(a, voice_only)
  for _, id in ipairs(ids_of(kept.named[a.id])) do
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
