-- Moments: what happens to a call or at an agent's desk, for parts that have something to do there. A part
-- says so in its own file (at); who brings the moment about (come) names no part. Parts act in the order in
-- which the library has them; where one says true, it has dealt with the moment, and those after it are not
-- asked.

local function moment()
  local acts = {}
  local function come(of, with)
    for i = 1, #acts do
      if acts[i](of, with) then return true end
    end
    return false
  end
  return { at = function(act) acts[#acts + 1] = act end, come = come }
end

-- Of a call (c).
moments.call_over = moment() -- nobody of ours talks there any more: it ended, or goes on outside
moments.out_of_hands = moment() -- its agent has it no more
moments.not_back = moment() -- its agent did not come back; true: the caller goes on with somebody else
moments.sat_beside = moment() -- (c, a) this supervisor sits down beside its agent, or does so anew
moments.takes_call = moment() -- (c, a) this supervisor is about to take it from its agent
moments.handed_on = moment() -- (c, a) this agent is about to hand it on
moments.restricted = moment() -- it is for the people on its list (c.only) alone from now on
moments.comes_back = moment() -- (c, id) nobody took it where this agent had sent it

-- Of an agent (a).
moments.known = moment() -- their desk is here, and who they are has been read anew
moments.work_begins = moment() -- a call is theirs, or one that rings is about to be
moments.lost = moment() -- their page or their sound is gone
moments.back = moment() -- it may be there again: both are to be looked at
moments.desk_left = moment() -- they have no desk any more
moments.signed_out = moment() -- they said so themselves
moments.session_over = moment() -- (a, board) of this board; nil: of their desk
moments.load = moment() -- (a, load) what they have in hand besides their contacts (load_of, order/agents.lua)

-- Of the whole index. busy: by agent id, whoever has a call for which their other work rests.
moments.busy_by_call = moment() -- (c, busy) before contacts are put back
moments.busy_by_agent = moment() -- (a, busy)
moments.process_lost = moment() -- (proc) a process of ours that carried sound is gone
moments.rebuilt = moment() -- (c) it has been put back
moments.check_call = moment() -- (c, wrong) the sweeper looks: mend it, and say what was wrong
moments.check_agent = moment() -- (a, wrong)
