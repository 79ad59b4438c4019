/* Which URLs are endpoints. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "proto/push_url.h"

static void usual_endpoints_are_read(void **state)
{
	static const struct {
		const char *text, *host, *origin;
		uint16_t port;
		bool is_address;
	} samples[] = {
		{ "https://updates.push.services.mozilla.com/wpush/v2/gAAAAA-_x",
			"updates.push.services.mozilla.com",
			"https://updates.push.services.mozilla.com", 443, false },
		{ "https://FCM.googleapis.com/fcm/send/a:b?c=d%20e", "fcm.googleapis.com",
			"https://fcm.googleapis.com", 443, false },
		{ "https://web.push.apple.com:443/x", "web.push.apple.com",
			"https://web.push.apple.com", 443, false },
		{ "https://push.example.net:8443/", "push.example.net",
			"https://push.example.net:8443", 8443, false },
		{ "https://192.0.2.7/up?token=1", "192.0.2.7", "https://192.0.2.7", 443, true },
		{ "https://[2001:DB8::7]:8443/up", "2001:db8::7", "https://[2001:db8::7]:8443",
			8443, true },
		{ "https://_1.example-2.net/", "_1.example-2.net", "https://_1.example-2.net", 443,
			false },
	};
	char origin[PUSH_ORIGIN_BYTES];
	struct push_url url;

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(samples); i++) {
		assert_null(push_url_parse(samples[i].text, &url));
		assert_string_equal(url.host, samples[i].host);
		assert_int_equal(url.port, samples[i].port);
		assert_int_equal(url.is_address, samples[i].is_address);
		push_url_origin(&url, origin);
		assert_string_equal(origin, samples[i].origin);
	}
}

static const char *const unusual_texts[] = {
	/* another scheme */
	"",
	"http://push.example.net/",
	"HTTPS://push.example.net/",
	"ftp://push.example.net/",
	"https:/push.example.net/",
	"https:push.example.net/",
	" https://push.example.net/",
	"file:///etc/passwd",
	/* no host, or no path */
	"https://",
	"https:///x",
	"https://push.example.net",
	"https://push.example.net?x",
	"https://push.example.net#x",
	"https://:443/",
	/* a user, and what looks like one */
	"https://user@push.example.net/",
	"https://user:pw@push.example.net/",
	"https://push.example.net@127.0.0.1/",
	"https://127.0.0.1\\@push.example.net/",
	"https://127.0.0.1\\.push.example.net/",
	"https://push.example.net\\/",
	"https://a#@push.example.net/",
	"https://a?@push.example.net/",
	/* numbers that are addresses elsewhere */
	"https://2130706433/",
	"https://0x7f000001/",
	"https://017700000001/",
	"https://0x7f.0.0.1/",
	"https://0177.0.0.1/",
	"https://127.1/",
	"https://127.0.1/",
	"https://127.0.0.01/",
	"https://127.0.0.0x1/",
	"https://127.0.0.1./",
	"https://example.0x7f/",
	"https://a.127/",
	"https://127.0.0.1.1/",
	"https://256.0.0.1/",
	/* addresses in brackets */
	"https://[127.0.0.1]/",
	"https://[::1/",
	"https://::1/",
	"https://[::1]x/",
	"https://[::1%25eth0]/",
	"https://[::1%eth0]/",
	"https://[fe80::1%lo]/",
	"https://[v1.x]/",
	"https://[]/",
	"https://[push.example.net]/",
	/* names without a dot, and what no name has */
	"https://localhost/",
	"https://push/",
	"https://push..example.net/",
	"https://push.example.net./",
	"https://.example.net/",
	"https://-a.example.net/",
	"https://a-.example.net/",
	"https://pu%73h.example.net/",
	"https://pu sh.example.net/",
	"https://p\xc3\xbcsh.example.net/",
	"https://local/",
	("https://"
	 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.example.net/"),
	/* ports */
	"https://push.example.net:/",
	"https://push.example.net:0/",
	"https://push.example.net:0443/",
	"https://push.example.net:65536/",
	"https://push.example.net:443x/",
	"https://push.example.net:+443/",
	"https://push.example.net:443:443/",
	"https://push.example.net:99999999999/",
	/* letters of the path */
	"https://push.example.net/\"",
	"https://push.example.net/<",
	"https://push.example.net/ x",
	"https://push.example.net/\r\nHost: x",
	"https://push.example.net/#x",
	"https://push.example.net/\\",
	"https://push.example.net/\x7f",
	"https://push.example.net/\xc3\xbc",
	"https://push.example.net/{",
};

static void everything_unusual_is_refused(void **state)
{
	struct push_url url;

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(unusual_texts); i++)
		if (!push_url_parse(unusual_texts[i], &url))
			fail_msg("%s was accepted", unusual_texts[i]);
}

static void the_longest_endpoint_has_512_bytes(void **state)
{
	char text[PUSH_URL_BYTES + 2] = "https://push.example.net/";
	struct push_url url;

	(void) state;
	memset(text + strlen(text), 'x', PUSH_URL_BYTES - strlen(text));
	assert_null(push_url_parse(text, &url));
	text[PUSH_URL_BYTES] = 'x';
	assert_string_equal(push_url_parse(text, &url), "has at most 512 bytes");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(usual_endpoints_are_read),
		cmocka_unit_test(everything_unusual_is_refused),
		cmocka_unit_test(the_longest_endpoint_has_512_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
