/* Owns which part of the daemon carries out an effect that is not about a connection. */
#include "daemon/clients_others.h"

static void carry_out_other(void (*carry_out)(void *data, const struct effect *effect), void *data,
	const struct effect *effect)
{
	if (carry_out)
		carry_out(data, effect);
}

/* Only one of the two awaits it. */
static void carry_out_acted(const struct clients_others *others, const struct effect *effect)
{
	carry_out_other(others->acted, others->control, effect);
	carry_out_other(others->noted, others->gates, effect);
}

static void carry_out_history(const struct clients_others *others, const struct effect *effect)
{
	carry_out_other(others->noted, others->gates, effect);
	carry_out_other(others->ask, others->data, effect);
}

void clients_others_carry_out(const struct clients_others *others, const struct effect *effect)
{
	if (effect->kind == EFFECT_RELOAD)
		carry_out_other(others->reload, others->data, effect);
	else if (effect->kind == EFFECT_RESTART)
		carry_out_other(others->restart, others->data, effect);
	else if (effect->kind == EFFECT_LOG)
		carry_out_other(others->log, others->data, effect);
	else if (effect->kind == EFFECT_ERASE)
		carry_out_other(others->erase, others->gates, effect);
	else if (effect->kind == EFFECT_REPLY)
		carry_out_other(others->noted, others->gates, effect);
	else if (effect->kind == EFFECT_HISTORY)
		carry_out_history(others, effect);
	else if (effect->kind == EFFECT_ACTED)
		carry_out_acted(others, effect);
	else
		carry_out_other(others->ask, others->data, effect);
}
