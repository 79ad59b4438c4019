/* Checks of texts in the configuration. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Each returns NULL if the text is allowed, otherwise a description of what is. */
const char *check_privilege(const char *text);
const char *check_line(const char *text);
const char *check_server_name(const char *text);
const char *check_casemapping(const char *text);
const char *check_cloak_suffix(const char *text);
const char *check_absolute(const char *text);
const char *check_unit_path(const char *text);
const char *check_api_scope(const char *text);
const char *check_item_name(const char *text);
const char *check_https(const char *text);
const char *check_upload_url(const char *text);
const char *check_media_type(const char *text);
const char *check_origin(const char *text);
const char *check_acme_name(const char *text);
const char *check_acme_url(const char *text);
const char *check_acme_challenge(const char *text);
const char *check_mail_address(const char *text);
const char *check_acme_contact(const char *text);
const char *check_push_contact(const char *text);
const char *check_push_allow(const char *text);
const char *check_nick_protection(const char *text);
const char *check_wish(const char *text);
const char *check_email_wish(const char *text);
const char *check_client_tag(const char *text);
const char *check_word(const char *text);
const char *check_listener_kind(const char *text);
const char *check_channel_mask(const char *text);
const char *check_channel_name(const char *text);
const char *check_channel_key(const char *text);
const char *check_topic(const char *text);
const char *check_nick(const char *text);
const char *check_account(const char *text);
const char *check_ban_kind(const char *text);
const char *check_newcomers_denied(const char *text);
const char *check_lockdown_level(const char *text);
const char *check_zone(const char *text);
const char *check_blocklist_answer(const char *text);
const char *check_blocklist_action(const char *text);
const char *check_filter_name(const char *text);
const char *check_filter_match(const char *text);
const char *check_filter_place(const char *text);
const char *check_filter_action(const char *text);
const char *check_listen_address(const char *text);
const char *check_host_mask(const char *text);
const char *check_certfp(const char *text);

/* Whether one of them is the text; NULL is none. */
bool texts_have(char *const *texts, size_t n_texts, const char *text);

struct privilege {
	const char *name;
	const char *text;
};

/* Each privilege, for the manual; NULL after the last. */
const struct privilege *privilege_row(size_t index);

/* Does a privilege of an operator ("kill", or "*" for all) include another? */
bool privilege_covers(const char *held, const char *privilege);

/* Finds the name nearest to a misspelled one: set `to`, then offer all names. */
struct nearest {
	const char *to;
	const char *best; /* NULL: none is close enough */
	unsigned int distance;
};
void nearest_offer(struct nearest *nearest, const char *candidate);
