/* Answers to imports of accounts and channels: they come when everything is stored. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"
#include "daemon/engine.h"
#include "world/outbox.h"

/* The answer to one call. */
struct control_import {
	json_t *results;  /* NULL: there is none */
	size_t n_waiting; /* results that are not stored yet */
};

/* Carry out the event; an EFFECT_ACTED has its answer, during the call. */
void control_import_act(struct engine *engine, const struct buffer *text);

/* Is this the answer of such an event? Then take it. */
bool control_import_take(struct control_import *import, const char *acted);
/* A change was stored or refused. True: the answer waited for it, and is complete now. */
bool control_import_stored(struct control_import *import, const struct acted_later *later);
/* Append the answer, which is over then. */
void control_import_put(struct control_import *import, struct buffer *out);
void control_import_done(struct control_import *import);
