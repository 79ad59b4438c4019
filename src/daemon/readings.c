/* Owns the questions of administrators to the store, and whose each answer is. */
#include "daemon/readings.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/list.h"
#include "base/mem.h"
#include "report/report_past.h"

struct reading {
	struct readings *readings;
	struct list in_all;
	uint64_t number; /* of the question that is asked */
	enum reading_state state;
	struct report_past past;
};

struct readings {
	struct pasts *pasts;
	struct engine *engine;
	struct list all;
	uint64_t n_asked;
};

/* The answer to a reading that has ended is for none. */
static void on_reading_answered(void *data, uint64_t number, const struct buffer *answer)
{
	const struct readings *readings = data;
	struct reading *reading;

	LIST_EACH (reading, &readings->all, in_all) {
		if (reading->number != number)
			continue;
		if (answer)
			report_past_answer(&reading->past, answer);
		reading->state = answer ? READING_STATE_READY : READING_STATE_FAILED;
	}
}

struct readings *readings_new(struct pasts *pasts, struct engine *engine)
{
	struct readings *readings = mem_new(sizeof(*readings));

	readings->pasts = pasts;
	readings->engine = engine;
	list_init(&readings->all);
	pasts_use_readings(pasts, on_reading_answered, readings);
	return readings;
}

void readings_free(struct readings *readings)
{
	pasts_use_readings(readings->pasts, NULL, NULL);
	free(readings);
}

/* The answer may come at once. */
static void ask_for_reading(struct reading *reading)
{
	struct readings *readings = reading->readings;
	CLEANUP(buffer_done) struct buffer text = { 0 };
	struct bytes *question;

	report_past_ask(engine_world(readings->engine), &reading->past, &text);
	question = mem_space(sizeof(*question) + text.length);
	question->length = text.length;
	memcpy(question->bytes, text.bytes, text.length);
	reading->number = ++readings->n_asked;
	reading->state = READING_STATE_WAITS;
	pasts_ask(readings->pasts, PASTS_NO_SESSION, reading->number, question);
	free(question);
}

struct reading *reading_begin(
	struct readings *readings, struct report_call *call, struct buffer *reason)
{
	struct reading *reading = mem_new(sizeof(*reading));

	if (!report_past_begin(engine_world(readings->engine), call, reason, &reading->past)) {
		free(reading);
		return NULL;
	}
	reading->readings = readings;
	list_add_last(&readings->all, &reading->in_all);
	ask_for_reading(reading);
	return reading;
}

void reading_end(struct reading *reading)
{
	if (!reading)
		return;
	list_remove(&reading->in_all);
	report_past_done(&reading->past);
	free(reading);
}

enum reading_state reading_state(const struct reading *reading)
{
	return reading->state;
}

bool reading_take(struct reading *reading, size_t most, json_t *list)
{
	switch (report_past_take(&reading->past, most, list)) {
	case REPORT_PAST_ROWS:
		return false;
	case REPORT_PAST_QUESTION:
		ask_for_reading(reading);
		return false;
	case REPORT_PAST_END:
		return true;
	}
	return true;
}

bool reading_is_partial(const struct reading *reading)
{
	return reading->past.is_partial;
}
