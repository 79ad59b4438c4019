/* Owns the results of an import until all of them are known. */
#include "daemon/control_import.h"

#include "proto/varlink_message.h"
#include "report/report_import.h"

void control_import_act(struct engine *engine, const struct buffer *text)
{
	struct event event = { .kind = EVENT_ACT };

	event.text = text->bytes;
	event.text_length = text->length;
	engine_handle(engine, &event);
}

static bool is_waiting(const json_t *result)
{
	return json_object_get(result, REPORT_IMPORT_REQUEST);
}

bool control_import_take(struct control_import *import, const char *acted)
{
	json_t *result;
	size_t i;

	if (*acted != '*')
		return false;
	control_import_done(import);
	import->results = json_loads(acted + 1, 0, NULL);
	json_array_foreach(import->results, i, result)
	{
		import->n_waiting += is_waiting(result);
	}
	return true;
}

static void end_import_result(json_t *result, uint64_t status)
{
	const char *reason = report_import_reason(status);

	json_object_del(result, REPORT_IMPORT_REQUEST);
	json_object_set_new(result, "outcome", json_string(report_import_outcome(status)));
	if (reason)
		json_array_append_new(json_object_get(result, "notes"), json_string(reason));
}

bool control_import_stored(struct control_import *import, const struct acted_later *later)
{
	json_t *result;
	size_t i;

	json_array_foreach(import->results, i, result)
	{
		json_t *request = json_object_get(result, REPORT_IMPORT_REQUEST);

		if (!request || (uint64_t) json_integer_value(request) != later->request)
			continue;
		end_import_result(result, later->status);
		import->n_waiting--;
		return !import->n_waiting;
	}
	return false;
}

void control_import_put(struct control_import *import, struct buffer *out)
{
	json_t *parameters = json_object();

	json_object_set(parameters, "results", import->results);
	varlink_message_put_reply(out, parameters);
	control_import_done(import);
}

void control_import_done(struct control_import *import)
{
	json_decref(import->results);
	*import = (struct control_import){ 0 };
}
