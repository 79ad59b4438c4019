/* Commands of clients: the row of each command, and one call of it. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/message.h"
#include "world/outbox.h"
#include "world/world.h"

struct call;
struct long_answer;

#define COMMAND_ANSWERS 2

enum command_flag {
	COMMAND_BEFORE_REGISTRATION = 1 << 0, /* allowed before it as well as after */
	COMMAND_NEEDS_NAMES =
		1 << 1, /* required parameters are lists with at least one name: 461 */
	COMMAND_REACHES_OTHERS = 1 << 2, /* of a muted user it has no effect and no answer */
	/* For the audit log: */
	COMMAND_SAYS = 1 << 3,		/* the last parameter is a message, which no log has */
	COMMAND_TAKES_TIME = 1 << 4,	/* a duration may stand before what it is about */
	COMMAND_CHANGES_MODES = 1 << 5, /* the second parameter is modes, whose key no log has */
};

/* What a command changes, which the world fuzzer checks, and what its answer depends on. */
enum command_reach {
	COMMAND_REACH_SELF = 1, /* its own session and the settings: PING */
	COMMAND_REACH_ASK,	/* reads the world, changes only its own session: WHO */
	COMMAND_REACH_WORLD,	/* changes what others can see */
};

struct command {
	const char *name;      /* in capitals */
	int min_params;	       /* fewer: 461 */
	uint32_t cost;	       /* of the flood budget, in units; see classes.flood_rate */
	uint32_t flags;	       /* enum command_flag */
	uint64_t early_cap;    /* with this capability, allowed before registration */
	uint64_t cap;	       /* without these capabilities there is no such command; 0: none */
	uint64_t other_cap;    /* this one does as well; 0: none */
	const char *privilege; /* required operator privilege; NULL: none */
	enum command_reach reach;
	int secret; /* the parameter, from 1, that is a secret, see outbox.h; 0: none */
	/* Of a command whose parameters may be for a service, or whose secret is not one parameter,
	 * instead of `secret`. NULL: none */
	struct message_place (*find_secret)(const char *line, size_t length);
	void (*run)(struct call *call);
	const struct long_answer *answers[COMMAND_ANSWERS]; /* which it may begin; NULL: none */
	/* What papoctl has for what operators can do with it: commands with commas between them,
	 * each perhaps with words of the usage in front, which it stands for, in capitals. In
	 * parentheses: why there is none. NULL: operators can do no more than others. */
	const char *papoctl;
	const char *usage; /* the parameters, for HELP, 461 and the manual */
	const char *help;  /* sentences, for the same */
};

/* One command of one session. The row's checks have passed. */
struct call {
	struct world *world;
	struct outbox *outbox;
	struct session *session;
	struct user *user; /* NULL before registration */
	const struct command *command;
	const char *const *params; /* NULL from n_params on */
	int n_params;
	const char *tags; /* of the line, unparsed; NULL: none */
	uint64_t line_id; /* of lines that tell users of this in several ways; 0: there are none */
	size_t said;	  /* bytes of answers so far */
	uint64_t batch;	  /* which contains the answers, see reply_batch_begin(); 0: none */
	bool is_free;	  /* costs nothing, unless another part of it is charged; see look.h */
	bool is_charged;
	const char *power;    /* the privilege that allows what it does, see lookup_power() */
	bool has_used_power;  /* it did, and that is in the audit log */
	bool has_acted;	      /* with it, though no other session sees anything; see auditing.h */
	bool is_labeled;      /* see label.h */
	bool holds_no_secret; /* the row's secret is missing in this line */
	int n_misplaced;      /* so many parameters may be secrets instead of that of the row */
	bool asks_service;    /* the line is for one: find_secret of the row applies */
	size_t heard_from;    /* effects from here up to heard_to are not part of the answer */
	size_t heard_to;
};
