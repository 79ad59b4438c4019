/* Owns the decisions on requests about uploaded files. */
#include "gate/upload_request.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "base/text.h"
#include "net/loop.h"
#include "proto/http_reply.h"
#include "proto/http_upgrade.h"
#include "proto/http_upload.h"

/* Nothing in a file may run or load anything, wherever a browser shows it. */
#define FILE_POLICY "sandbox; default-src 'none'; style-src 'unsafe-inline'"
#define FILE_CACHE "private, max-age=3600"
#define METHODS_OF_URL "OPTIONS, POST"
#define METHODS_OF_FILE "DELETE, GET, HEAD, OPTIONS"
#define CHALLENGES                                                                                 \
	"WWW-Authenticate: Basic realm=\"IRC account\", charset=\"UTF-8\"\r\n"                     \
	"WWW-Authenticate: Bearer\r\n"

struct upload_request {
	struct errand errand;
	const struct upload_needs *needs;
	struct errand_peer peer;
	struct question *question;
	enum http_status verdict; /* of papod; HTTP_STATUS_NONE: it has not answered */
	uint64_t account;
	char reason[ASKER_REASON_BYTES];
	bool is_removal;
	char name[UPLOADS_NAME_BYTES]; /* of the file to be removed */
	struct upload_head head;       /* of the file to be uploaded */
	struct upload *file;
	bool awaits_continue;
	struct buffer cors; /* lines for the page that has sent it */
};

/* Answers */

static const char *lines_of_status(enum http_status status)
{
	if (status == HTTP_STATUS_UNAUTHORIZED)
		return CHALLENGES;
	if (status == HTTP_STATUS_UNAVAILABLE)
		return "Retry-After: 5\r\n";
	return status == HTTP_STATUS_TOO_MANY_REQUESTS ? "Retry-After: 60\r\n" : "";
}

static void put_more_lines(const struct upload_request *upload, enum http_status status,
	const char *more, struct buffer *out)
{
	buffer_put_text(out, lines_of_status(status));
	buffer_put(out, upload->cors.bytes, upload->cors.length);
	buffer_put_text(out, more);
}

static enum errand_step refuse_upload(const struct upload_request *upload, enum http_status status,
	const char *reason, struct buffer *answer)
{
	CLEANUP(buffer_done) struct buffer lines = { 0 };
	struct http_reply reply = { .status = status, .wall_ms = loop_wall_ms() };

	put_more_lines(upload, status, "", &lines);
	reply.more = lines.bytes;
	http_put_reason(answer, &reply, reason, NULL);
	return ERRAND_STEP_ANSWERED;
}

static enum errand_step answer_without_content(const struct upload_request *upload,
	enum http_status status, const char *more, struct buffer *answer)
{
	CLEANUP(buffer_done) struct buffer lines = { 0 };
	struct http_reply reply = {
		.status = status, .wall_ms = loop_wall_ms(), .cache = "no-store", .closes = true
	};

	put_more_lines(upload, status, more, &lines);
	reply.more = lines.bytes;
	http_put_head(answer, &reply);
	return ERRAND_STEP_ANSWERED;
}

/* Pages of other origins that the administrator admits. Fetch standard, "CORS protocol". */
static void set_cors(struct upload_request *upload, const struct http_request *request)
{
	struct http_text origin;

	if (!http_get(request, HTTP_FIELD_ORIGIN, &origin) ||
		!text_is_plain(origin.bytes, origin.length))
		return;
	buffer_format(&upload->cors,
		"Access-Control-Allow-Origin: %.*s\r\nAccess-Control-Expose-Headers: Location\r\n"
		"Vary: Origin\r\n",
		(int) origin.length, origin.bytes);
}

/* RFC 9110 9.3.7, and the preflight of a page. */
static enum errand_step answer_options(const struct upload_request *upload, bool is_file,
	const struct upload_site *site, struct buffer *answer)
{
	CLEANUP(buffer_done) struct buffer lines = { 0 };
	const char *methods = is_file ? METHODS_OF_FILE : METHODS_OF_URL;

	buffer_format(&lines, "Allow: %s\r\n", methods);
	for (size_t i = 0; !is_file && i < site->n_types; i++)
		buffer_format(&lines, "%s%s", i ? ", " : "Accept-Post: ", site->types[i]);
	if (!is_file && site->n_types)
		buffer_put_text(&lines, "\r\n");
	if (upload->cors.length)
		buffer_format(&lines,
			"Access-Control-Allow-Methods: %s\r\n"
			"Access-Control-Allow-Headers: Authorization, Content-Disposition, "
			"Content-Type\r\nAccess-Control-Max-Age: 3600\r\n",
			methods);
	return answer_without_content(upload, HTTP_STATUS_NO_CONTENT, buffer_text(&lines), answer);
}

/* Downloads */

/* "NAME.png" behind the path: the name, if the file has that extension. False: there is none. */
static bool find_file_of_target(
	const struct upload_needs *needs, const char *target, struct uploaded_file *ret_file)
{
	char name[UPLOADS_NAME_BYTES] = "";
	const char *dot = strchr(target, '.');
	size_t length = dot ? (size_t) (dot - target) : 0;

	if (!*needs->store || length != UPLOADS_NAME_LENGTH)
		return false;
	memcpy(name, target, length);
	if (!uploads_find(*needs->store, name, ret_file))
		return false;
	if (strcmp(dot + 1, http_served_type(ret_file->head.type)->extension) == 0)
		return true;
	close(ret_file->fd);
	return false;
}

/* RFC 9110 15.3.7, 15.5.17. */
static void put_range(struct buffer *lines, enum http_status status,
	const struct uploaded_file *file, uint64_t first, uint64_t length)
{
	buffer_put_text(lines, "Accept-Ranges: bytes\r\n");
	if (status == HTTP_STATUS_PARTIAL_CONTENT)
		buffer_format(lines, "Content-Range: bytes %" PRIu64 "-%" PRIu64 "/%" PRIu64 "\r\n",
			first, first + length - 1, file->head.length);
	else if (status == HTTP_STATUS_RANGE_NOT_SATISFIABLE)
		buffer_format(lines, "Content-Range: bytes */%" PRIu64 "\r\n", file->head.length);
}

/* Takes ownership of the file's descriptor. */
static enum errand_step answer_with_file(const struct upload_request *upload,
	const struct http_request *request, const struct uploaded_file *file,
	struct errand_answer *answer)
{
	const struct http_served_type *type = http_served_type(file->head.type);
	CLEANUP(buffer_done) struct buffer lines = { 0 };
	uint64_t first = 0, length = file->head.length;
	char etag[HTTP_ETAG_BYTES];
	struct http_reply reply = {
		.wall_ms = loop_wall_ms(),
		.content_type = type->content_type,
		.etag = etag,
		.cache = FILE_CACHE,
		.content_policy = FILE_POLICY,
		.is_for_all_pages = true,
		.closes = true,
	};

	http_format_etag(file->head.length, file->changed_ns, HTTP_ENCODING_NONE, etag);
	reply.status = http_read_range(request, etag, file->head.length, &first, &length);
	if (http_has_version(request, etag))
		reply.status = HTTP_STATUS_NOT_MODIFIED;
	http_put_disposition(&lines, type->is_shown, file->head.name);
	put_range(&lines, reply.status, file, first, length);
	put_more_lines(upload, reply.status, "", &lines);
	reply.more = lines.bytes;
	reply.content_length = length;
	if (reply.status == HTTP_STATUS_NOT_MODIFIED ||
		reply.status == HTTP_STATUS_RANGE_NOT_SATISFIABLE)
		reply.content_type = NULL;
	http_put_head(&answer->head, &reply);
	if (reply.content_type && !request->is_head &&
		lseek(file->fd, (off_t) (UPLOAD_HEAD_BYTES + first), SEEK_SET) >= 0) {
		answer->fd = file->fd;
		answer->length = length;
		return ERRAND_STEP_FILE;
	}
	close(file->fd);
	return ERRAND_STEP_ANSWERED;
}

static enum errand_step download(const struct upload_request *upload,
	const struct http_request *request, const char *target, struct errand_answer *answer)
{
	struct uploaded_file file;

	if (find_file_of_target(upload->needs, target, &file))
		return answer_with_file(upload, request, &file, answer);
	http_put_refusal(&answer->head, HTTP_STATUS_NOT_FOUND,
		"There is no such file; it may have expired", loop_wall_ms(), request);
	return ERRAND_STEP_ANSWERED;
}

/* Uploads */

/* What the head says of the body. HTTP_STATUS_OK: it is wanted. */
static enum http_status check_file_body(
	const struct upload_site *site, const struct http_request *request, const char **ret_reason)
{
	struct http_text ignored;

	*ret_reason = "Content-Length is missing; bodies in chunks are not accepted";
	if (request->is_chunked || !request->has_length)
		return HTTP_STATUS_LENGTH_REQUIRED;
	*ret_reason = "The file is empty";
	if (!request->content_length)
		return HTTP_STATUS_BAD_REQUEST;
	*ret_reason = "The file is too large";
	if (request->content_length > site->bytes)
		return HTTP_STATUS_CONTENT_TOO_LARGE;
	*ret_reason = "A part of a file cannot be uploaded";
	if (http_get(request, HTTP_FIELD_CONTENT_RANGE, &ignored))
		return HTTP_STATUS_BAD_REQUEST;
	*ret_reason = "Content-Encoding is not accepted";
	if (http_get(request, HTTP_FIELD_CONTENT_ENCODING, &ignored))
		return HTTP_STATUS_UNSUPPORTED_TYPE;
	return HTTP_STATUS_OK;
}

static enum http_status read_upload_head(
	struct upload_request *upload, const struct http_request *request, const char **ret_reason)
{
	const struct upload_site *site = upload->needs->site;
	enum http_status status = check_file_body(site, request, ret_reason);

	if (status != HTTP_STATUS_OK)
		return status;
	*ret_reason = "Files of this type are not accepted";
	if (!http_upload_type(request, upload->head.type) ||
		!http_type_is_in(upload->head.type, site->types, site->n_types))
		return HTTP_STATUS_UNSUPPORTED_TYPE;
	*ret_reason = "Only 100-continue can be expected";
	status = http_read_expectation(request);
	if (status == HTTP_STATUS_EXPECTATION_FAILED)
		return status;
	upload->awaits_continue = status == HTTP_STATUS_CONTINUE;
	upload->head.length = request->content_length;
	http_upload_name(request, upload->head.name);
	return HTTP_STATUS_OK;
}

static void on_asker_answer(void *data, const struct asker_answer *answer)
{
	struct upload_request *upload = data;

	upload->question = NULL;
	upload->verdict = answer->status;
	upload->account = answer->account;
	text_copy(upload->reason, sizeof(upload->reason), answer->reason);
	upload->peer.on_answer(upload->peer.data);
}

static enum errand_step ask_papod(
	struct upload_request *upload, const struct http_request *request, struct buffer *answer)
{
	CLEANUP(buffer_done) struct buffer message = { .is_secret = true };
	struct asker_question asked = {
		.address = upload->peer.address,
		.facts = upload->peer.facts,
		.kind = http_read_credentials(request, &message),
		.message = &message,
		.on_answer = on_asker_answer,
		.data = upload,
	};

	if (asked.kind == HTTP_CREDENTIALS_NONE || asked.kind == HTTP_CREDENTIALS_MALFORMED)
		return refuse_upload(upload, HTTP_STATUS_UNAUTHORIZED,
			"Log in with the name and password of your IRC account", answer);
	upload->question = asker_ask(*upload->needs->asker, &asked);
	if (upload->question)
		return ERRAND_STEP_ASKS;
	return refuse_upload(upload, HTTP_STATUS_UNAVAILABLE,
		"The IRC server does not answer at the moment", answer);
}

static enum errand_step begin_upload(
	struct upload_request *upload, const struct http_request *request, struct buffer *answer)
{
	const char *reason;
	enum http_status status = read_upload_head(upload, request, &reason);

	if (status != HTTP_STATUS_OK)
		return refuse_upload(upload, status, reason, answer);
	return ask_papod(upload, request, answer);
}

static enum errand_step ask_about_removal(struct upload_request *upload,
	const struct http_request *request, const char *target, struct buffer *answer)
{
	struct uploaded_file file;

	if (!find_file_of_target(upload->needs, target, &file))
		return refuse_upload(upload, HTTP_STATUS_NOT_FOUND,
			"There is no such file; it may have expired", answer);
	close(file.fd);
	upload->is_removal = true;
	memcpy(upload->name, target, UPLOADS_NAME_LENGTH);
	return ask_papod(upload, request, answer);
}

/* Requests */

/* The path of the target behind that of the site: "" for itself; NULL: it is another one. */
static const char *rest_of_target(
	const struct upload_site *site, const struct http_request *request, struct buffer *target)
{
	size_t length = strlen(site->path);
	const char *query = memchr(request->target.bytes, '?', request->target.length);

	buffer_put(target, request->target.bytes,
		query ? (size_t) (query - request->target.bytes) : request->target.length);
	if (!text_starts_with(target->bytes, site->path))
		return NULL;
	if (!target->bytes[length])
		return target->bytes + length;
	return target->bytes[length] == '/' ? target->bytes + length + 1 : NULL;
}

bool upload_request_is(const struct upload_site *site, const struct http_request *request)
{
	CLEANUP(buffer_done) struct buffer target = { 0 };

	return site->url && rest_of_target(site, request, &target);
}

static enum errand_step refuse_method(
	const struct http_request *request, bool is_file, struct buffer *answer)
{
	struct http_reply reply = {
		.status = HTTP_STATUS_METHOD_NOT_ALLOWED,
		.wall_ms = loop_wall_ms(),
		.allow = is_file ? METHODS_OF_FILE : METHODS_OF_URL,
	};

	http_put_reason(answer, &reply, "The method is not allowed here", request);
	return ERRAND_STEP_ANSWERED;
}

static enum errand_step begin_with_credentials(struct upload_request *upload,
	const struct http_request *request, const char *target, struct buffer *answer)
{
	if (!upload->peer.is_private)
		return refuse_upload(upload, HTTP_STATUS_FORBIDDEN,
			"Use https: passwords must not travel in the clear", answer);
	if (!*upload->needs->store)
		return refuse_upload(upload, HTTP_STATUS_UNAVAILABLE,
			"The server cannot store files at the moment", answer);
	return request->method == HTTP_METHOD_POST
		       ? begin_upload(upload, request, answer)
		       : ask_about_removal(upload, request, target, answer);
}

static enum errand_step begin_request(struct upload_request *upload,
	const struct http_request *request, const char *target, struct errand_answer *answer)
{
	const struct upload_site *site = upload->needs->site;
	struct buffer *head = &answer->head;
	bool is_file = *target;

	if (request->method == HTTP_METHOD_GET && is_file)
		return download(upload, request, target, answer);
	if (request->method != HTTP_METHOD_OPTIONS &&
		request->method != (is_file ? HTTP_METHOD_DELETE : HTTP_METHOD_POST))
		return refuse_method(request, is_file, head);
	if (!http_may_connect(request, site->origins))
		return refuse_upload(upload, HTTP_STATUS_FORBIDDEN,
			"Pages of this origin may not upload files", head);
	set_cors(upload, request);
	if (request->method == HTTP_METHOD_OPTIONS)
		return answer_options(upload, is_file, site, head);
	return begin_with_credentials(upload, request, target, head);
}

static enum errand_step remove_upload(const struct upload_request *upload, struct buffer *answer)
{
	if (!uploads_remove(*upload->needs->store, upload->account, upload->name))
		return refuse_upload(upload, HTTP_STATUS_FORBIDDEN,
			"Only the account that has uploaded a file can remove it", answer);
	log_entry(upload->needs->log, LOGBOOK_UPLOAD_REMOVED, "FILE", upload->name);
	return answer_without_content(upload, HTTP_STATUS_NO_CONTENT, "", answer);
}

static enum errand_step go_on_with_upload(struct errand *errand, struct buffer *answer)
{
	struct upload_request *upload = (struct upload_request *) errand;
	const char *reason;
	enum http_status status;

	if (upload->question)
		return ERRAND_STEP_ASKS;
	if (upload->verdict != HTTP_STATUS_OK)
		return refuse_upload(upload, upload->verdict, upload->reason, answer);
	if (!*upload->needs->store)
		return refuse_upload(upload, HTTP_STATUS_UNAVAILABLE,
			"The server cannot store files at the moment", answer);
	if (upload->is_removal)
		return remove_upload(upload, answer);
	upload->head.account = upload->account;
	status = uploads_begin(*upload->needs->store, &upload->head, &upload->needs->site->limits,
		&upload->file, &reason);
	if (status != HTTP_STATUS_OK)
		return refuse_upload(upload, status, reason, answer);
	if (upload->awaits_continue)
		buffer_put_text(answer, "HTTP/1.1 100 Continue\r\n\r\n");
	return ERRAND_STEP_RECEIVES;
}

static void log_upload(const struct upload_request *upload)
{
	char address[ADDRESS_TEXT_BYTES], account[NUMBER_BYTES], bytes[NUMBER_BYTES];

	address_format(upload->peer.address, address);
	log_entry(upload->needs->log, LOGBOOK_UPLOADED, "FILE", upload_name(upload->file),
		"ACCOUNT_ID", text_format_u64(upload->account, account), "ADDRESS", address, "TYPE",
		upload->head.type, "BYTES", text_format_u64(upload->head.length, bytes));
}

static enum errand_step finish_upload(struct upload_request *upload, struct buffer *answer)
{
	CLEANUP(buffer_done) struct buffer location = { 0 };

	if (upload_finish(upload->file) != 0)
		return refuse_upload(
			upload, HTTP_STATUS_UNAVAILABLE, "The file could not be stored", answer);
	log_upload(upload);
	buffer_format(&location, "Location: %s/%s.%s\r\n", upload->needs->site->url,
		upload_name(upload->file), http_served_type(upload->head.type)->extension);
	return answer_without_content(upload, HTTP_STATUS_CREATED, buffer_text(&location), answer);
}

static enum errand_step take_upload(
	struct errand *errand, const void *bytes, size_t length, struct buffer *answer)
{
	struct upload_request *upload = (struct upload_request *) errand;
	uint64_t left = upload_left(upload->file);
	int error = upload_write(upload->file, bytes, length < left ? length : (size_t) left);

	if (error)
		return refuse_upload(upload, HTTP_STATUS_INSUFFICIENT_STORAGE,
			"The server has no space for the file", answer);
	if (upload_left(upload->file))
		return ERRAND_STEP_RECEIVES;
	return finish_upload(upload, answer);
}

static void time_out_upload(const struct errand *errand, struct buffer *answer)
{
	const struct upload_request *upload = (const struct upload_request *) errand;

	if (upload->question)
		refuse_upload(upload, HTTP_STATUS_UNAVAILABLE,
			"The IRC server does not answer at the moment", answer);
	else
		refuse_upload(upload, HTTP_STATUS_TIMEOUT, "The file came in too slowly", answer);
}

static void free_upload_request(struct errand *errand)
{
	struct upload_request *upload = (struct upload_request *) errand;

	asker_question_free(upload->question);
	upload_free(upload->file);
	buffer_done(&upload->cors);
	free(upload);
}

static const struct errand_kind upload_errand = {
	.go_on = go_on_with_upload,
	.take = take_upload,
	.time_out = time_out_upload,
	.free = free_upload_request,
};

enum errand_step upload_request_begin(const struct upload_needs *needs,
	const struct errand_peer *peer, const struct http_request *request,
	struct errand_answer *answer, struct errand **ret_errand)
{
	CLEANUP(buffer_done) struct buffer target = { 0 };
	struct upload_request *upload = mem_new(sizeof(*upload));
	enum errand_step step;

	upload->errand.kind = &upload_errand;
	upload->needs = needs;
	upload->peer = *peer;
	step = begin_request(
		upload, request, rest_of_target(needs->site, request, &target), answer);
	if (step == ERRAND_STEP_ASKS)
		*ret_errand = &upload->errand;
	else
		free_upload_request(&upload->errand);
	return step;
}
