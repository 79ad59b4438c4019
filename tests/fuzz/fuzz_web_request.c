/* Any bytes as frames between papod-gate and papod: a request or an answer that is loaded is the
 * same after it was saved and loaded again, and the parameters of a request are texts that can be
 * shown. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "proto/http_accept.h"
#include "proto/web_request.h"
#include "report/web_routes.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_same_text(const char *first, const char *second)
{
	assert(!first == !second);
	assert(!first || strcmp(first, second) == 0);
}

static void check_target(const struct web_request *request)
{
	CLEANUP(web_match_done) struct web_match match;
	const char *reason;
	enum http_status status = web_route_find(
		(enum http_method) request->method, request->target, &match, &reason);

	assert(status == HTTP_STATUS_OK || (reason && !match.n_params));
	for (size_t i = 0; i < match.n_params; i++) {
		const char *value = match.params[i].value;

		assert(text_is_utf8(value, strlen(value)));
		for (; *value; value++)
			assert((unsigned char) *value >= ' ' && *value != 0x7f);
	}
}

static void check_request(const struct web_request *request)
{
	CLEANUP(buffer_done) struct buffer bytes = { 0 };
	struct web_request again;
	int weight = http_accept_weight(request->accept, "text/plain", "0.0.4");

	assert(weight >= 0 && weight <= 1000);
	check_target(request);
	web_request_save(&bytes, request);
	assert(web_request_load(bytes.bytes, bytes.length, &again));
	assert(again.method == request->method && again.is_private == request->is_private);
	assert(memcmp(&again.address, &request->address, sizeof(again.address)) == 0);
	check_same_text(again.target, request->target);
	check_same_text(again.authorization, request->authorization);
	check_same_text(again.last_event_id, request->last_event_id);
	web_request_done(&again);
}

static void check_answer(const struct web_answer *answer)
{
	CLEANUP(buffer_done) struct buffer bytes = { 0 };
	struct web_answer again;

	assert(!answer->content_type || !strpbrk(answer->content_type, "\r\n"));
	assert(!answer->allow || !strpbrk(answer->allow, "\r\n"));
	web_answer_save(&bytes, answer);
	assert(web_answer_load(bytes.bytes, bytes.length, &again));
	assert(again.status == answer->status && again.retry_s == answer->retry_s);
	check_same_text(again.content_type, answer->content_type);
	web_answer_done(&again);
}

static void check_frame(const char *bytes, size_t length)
{
	struct web_request request;
	struct web_answer answer;

	if (web_request_load(bytes, length, &request)) {
		check_request(&request);
		web_request_done(&request);
	}
	if (web_answer_load(bytes, length, &answer)) {
		check_answer(&answer);
		web_answer_done(&answer);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(buffer_done) struct buffer in = { 0 };
	size_t length, before;

	buffer_put(&in, data, size);
	while (web_frame_look(&in, WEB_FRAME_BYTES, &length) == WEB_FRAME_WHOLE) {
		before = in.length;
		check_frame(web_frame_bytes(&in), length);
		web_frame_drop(&in, length);
		assert(in.length + length + sizeof(uint32_t) == before);
	}
	return 0;
}
