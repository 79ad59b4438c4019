/* The effects that are not about connections, and who carries them out. */
#pragma once

#include "world/outbox.h"

/* Effects that are not about connections. NULL: ignored. */
struct clients_others {
	void (*ask)(void *data, const struct effect *effect); /* helpers_ask() */
	void (*reload)(void *data, const struct effect *effect);
	void (*restart)(void *data, const struct effect *effect);
	void (*log)(void *data, const struct effect *effect);
	void (*acted)(void *control, const struct effect *effect);
	void (*erase)(void *gates, const struct effect *effect);
	void (*noted)(void *gates, const struct effect *effect); /* perhaps for HTTP */
	void *data;
	void *gates;   /* the data of erase() and noted() */
	void *control; /* the data of acted() */
};

void clients_others_carry_out(const struct clients_others *others, const struct effect *effect);
