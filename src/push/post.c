/* Owns what curl is allowed to do.
 *
 * The host comes from a client, and its owner may be one, too: the connection goes to the address
 * that was checked and to no other, whatever the name server, the service or the environment say.
 */
#include "push/post.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "net/socket_address.h"

#define CONNECT_MS 10000
#define TOTAL_MS 30000
/* Answers are short, and only their status counts. */
#define MOST_ANSWER_BYTES 65536

struct post {
	CURL *handle;
	struct curl_slist *headers;
	struct curl_slist *connect_to;
	struct buffer body;
	struct address address;
	void *data;
	size_t n_received;
	bool was_refused; /* curl wanted to connect elsewhere */
};

CURL *post_handle(const struct post *post)
{
	return post->handle;
}

void *post_data(CURL *handle)
{
	struct post *post = NULL;

	curl_easy_getinfo(handle, CURLINFO_PRIVATE, &post);
	return post->data;
}

void post_free(struct post *post)
{
	if (!post)
		return;
	curl_easy_cleanup(post->handle);
	curl_slist_free_all(post->headers);
	curl_slist_free_all(post->connect_to);
	buffer_done(&post->body);
	free(post);
}

/* Callbacks of curl */

/* The second look, at the address that the system would be given. */
static curl_socket_t open_post_socket(void *data, curlsocktype purpose, struct curl_sockaddr *name)
{
	struct post *post = data;
	struct address address;

	if (purpose == CURLSOCKTYPE_IPCXN && socket_address_read(&name->addr, &address) &&
		address.family == post->address.family && address.port == post->address.port &&
		memcmp(address.bytes, post->address.bytes, sizeof(address.bytes)) == 0)
		return socket(name->family, name->socktype | SOCK_CLOEXEC, name->protocol);
	post->was_refused = true;
	return CURL_SOCKET_BAD;
}

static size_t count_answer(char *bytes, size_t size, size_t count, void *data)
{
	struct post *post = data;

	(void) bytes;
	post->n_received += size * count;
	return post->n_received > MOST_ANSWER_BYTES ? 0 : size * count;
}

/* The request */

static bool add_post_header(struct post *post, const char *text)
{
	struct curl_slist *longer = curl_slist_append(post->headers, text);

	if (longer)
		post->headers = longer;
	return longer;
}

/* RFC 8030 5.2 to 5.4, RFC 8188, RFC 8292 3. */
static bool add_post_headers(struct post *post, const struct post_needs *needs)
{
	const struct push_message *message = needs->message;
	CLEANUP(buffer_done) struct buffer text = { .is_secret = true };
	bool is_good = add_post_header(post, "Content-Type: application/octet-stream") &&
		       add_post_header(post, "Content-Encoding: aes128gcm") &&
		       add_post_header(post, "Expect:");

	buffer_format(&text, "Urgency: %s", push_urgency_name(message->urgency));
	is_good = is_good && add_post_header(post, text.bytes);
	buffer_clear(&text);
	buffer_format(&text, "TTL: %u", message->ttl);
	is_good = is_good && add_post_header(post, text.bytes);
	buffer_clear(&text);
	buffer_format(&text, "Authorization: %s", needs->authorization);
	is_good = is_good && add_post_header(post, text.bytes);
	if (!message->topic)
		return is_good;
	buffer_clear(&text);
	buffer_format(&text, "Topic: %s", message->topic);
	return is_good && add_post_header(post, text.bytes);
}

/* "HOST:PORT:ADDRESS:PORT", with an empty host: any. curl looks up no name. */
static bool set_post_address(struct post *post)
{
	char text[ADDRESS_TEXT_BYTES], whole[ADDRESS_TEXT_BYTES + 4];

	address_format_port(&post->address, text);
	snprintf(whole, sizeof(whole), "::%s", text);
	post->connect_to = curl_slist_append(NULL, whole);
	return post->connect_to;
}

static CURLcode limit_post(const struct post *post)
{
	CURL *handle = post->handle;
	CURLcode code = curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "https");

	if (!code)
		code = curl_easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 0L);
	if (!code)
		code = curl_easy_setopt(handle, CURLOPT_PROXY, "");
	if (!code)
		code = curl_easy_setopt(handle, CURLOPT_CONNECT_TO, post->connect_to);
	if (!code)
		code = curl_easy_setopt(handle, CURLOPT_OPENSOCKETFUNCTION, open_post_socket);
	if (!code)
		code = curl_easy_setopt(handle, CURLOPT_OPENSOCKETDATA, post);
	if (!code)
		code = curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS, (long) CONNECT_MS);
	if (!code)
		code = curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, (long) TOTAL_MS);
	if (!code)
		code = curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
	if (!code)
		code = curl_easy_setopt(handle, CURLOPT_SSL_VERIFYPEER, 1L);
	if (!code)
		code = curl_easy_setopt(handle, CURLOPT_SSL_VERIFYHOST, 2L);
	return code;
}

static CURLcode fill_post(struct post *post, const struct post_needs *needs)
{
	CURL *handle = post->handle;
	CURLcode code = curl_easy_setopt(handle, CURLOPT_URL, needs->message->endpoint);

	if (!code)
		code = curl_easy_setopt(handle, CURLOPT_PRIVATE, post);
	if (!code)
		code = curl_easy_setopt(handle, CURLOPT_HTTPHEADER, post->headers);
	if (!code)
		code = curl_easy_setopt(handle, CURLOPT_POSTFIELDS, post->body.bytes);
	if (!code)
		code = curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE, (long) post->body.length);
	if (!code)
		code = curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, count_answer);
	if (!code)
		code = curl_easy_setopt(handle, CURLOPT_WRITEDATA, post);
	if (!code)
		code = curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, count_answer);
	if (!code)
		code = curl_easy_setopt(handle, CURLOPT_HEADERDATA, post);
	if (!code && needs->ca_file)
		code = curl_easy_setopt(handle, CURLOPT_CAINFO, needs->ca_file);
	return code;
}

struct post *post_new(const struct post_needs *needs)
{
	struct post *post = mem_new(sizeof(*post));

	post->address = needs->address;
	post->data = needs->data;
	buffer_put(&post->body, needs->body->bytes, needs->body->length);
	post->handle = curl_easy_init();
	if (post->handle && set_post_address(post) && add_post_headers(post, needs) &&
		limit_post(post) == CURLE_OK && fill_post(post, needs) == CURLE_OK)
		return post;
	post_free(post);
	return NULL;
}

/* The end */

static enum post_verdict verdict_of_status(long status, char reason[PUSH_REASON_BYTES])
{
	snprintf(reason, PUSH_REASON_BYTES, "the push service answers %ld", status);
	if (status >= 200 && status < 300)
		return POST_TAKEN;
	if (status == 404 || status == 410)
		return POST_GONE;
	return status == 429 || status >= 500 ? POST_LATER : POST_REFUSED;
}

enum post_verdict post_verdict(
	const struct post *post, CURLcode code, char reason[PUSH_REASON_BYTES])
{
	long status = 0;

	curl_easy_getinfo(post->handle, CURLINFO_RESPONSE_CODE, &status);
	if (status && (code == CURLE_OK || code == CURLE_WRITE_ERROR))
		return verdict_of_status(status, reason);
	snprintf(reason, PUSH_REASON_BYTES, "%s", curl_easy_strerror(code));
	return post->was_refused || code == CURLE_PEER_FAILED_VERIFICATION ? POST_REFUSED
									   : POST_BROKEN;
}

uint64_t post_retry_ms(const struct post *post)
{
	curl_off_t seconds = 0;

	curl_easy_getinfo(post->handle, CURLINFO_RETRY_AFTER, &seconds);
	return seconds > 0 ? (uint64_t) seconds * 1000 : 0;
}
