/* Owns the questions of administrators to the store, and whose each answer is. */
#include "daemon/readings.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "report/report_past.h"

struct reading {
	struct readings *readings;
	struct reading_question question;
	enum reading_state state;
	struct report_past past;
};

struct readings {
	struct pasts *pasts;
	struct engine *engine;
	struct list all; /* questions that wait */
	uint64_t n_asked;
};

/* The answer to a reading that has ended is for none. */
static void on_reading_answered(void *data, uint64_t number, const struct buffer *answer)
{
	const struct readings *readings = data;
	struct reading_question *question;

	LIST_EACH (question, &readings->all, in_all)
		if (question->number == number) {
			list_remove(&question->in_all);
			question->on_answer(question->data, answer);
			return;
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

void readings_ask(
	struct readings *readings, struct reading_question *question, const struct buffer *text)
{
	struct bytes *bytes = mem_space(sizeof(*bytes) + text->length);

	bytes->length = text->length;
	memcpy(bytes->bytes, text->bytes, text->length);
	question->number = ++readings->n_asked;
	list_add_last(&readings->all, &question->in_all);
	pasts_ask(readings->pasts, PASTS_NO_SESSION, question->number, bytes);
	free(bytes);
}

static void on_past_read(void *data, const struct buffer *answer)
{
	struct reading *reading = data;

	if (answer)
		report_past_answer(&reading->past, answer);
	reading->state = answer ? READING_STATE_READY : READING_STATE_FAILED;
}

static void ask_for_reading(struct reading *reading)
{
	CLEANUP(buffer_done) struct buffer text = { 0 };

	report_past_ask(engine_world(reading->readings->engine), &reading->past, &text);
	reading->state = READING_STATE_WAITS;
	readings_ask(reading->readings, &reading->question, &text);
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
	list_init(&reading->question.in_all);
	reading->question.on_answer = on_past_read;
	reading->question.data = reading;
	ask_for_reading(reading);
	return reading;
}

void reading_end(struct reading *reading)
{
	if (!reading)
		return;
	list_remove(&reading->question.in_all);
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
