/* The administrator's settings: text in, one immutable struct out.
 *
 * A struct settings is parsed from sources (the main file, the drop-ins in their
 * order, secrets.ini, the MOTD and rules texts) that the caller has read. It stores those texts, so
 * saving it for a snapshot means saving them. It never changes once parsed; each user of it has a
 * reference. Durations are in milliseconds, sizes in bytes. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/address.h"
#include "base/buffer.h"
#include "base/pack.h"
#include "config/problem.h"
#include "proto/ban_mask.h"
#include "proto/casemap.h"
#include "proto/datagram.h"

enum source_kind {
	SOURCE_KIND_CONFIG,	 /* libconfig: papod.conf, then conf.d in order; later ones win */
	SOURCE_KIND_SECRETS,	 /* INI: secrets.ini, or a credential */
	SOURCE_KIND_MOTD,	 /* plain text */
	SOURCE_KIND_RULES,	 /* plain text */
	SOURCE_KIND_MAIL_VERIFY, /* templates of mails, see proto/mail_template.h */
	SOURCE_KIND_MAIL_RESET,
};

struct source {
	enum source_kind kind;
	const char *name; /* the file, as in messages */
	const char *text; /* ends with a NUL */
};

/* A struct with is_spoiled had a value that was refused. In finished settings only the last class
 * can have it. */

/* listen = ( { ... } ): where clients connect and notifications arrive. */
struct listener_settings {
	char *name;	  /* used by classes, notifications and the log */
	char *kind;	  /* "stream" or "datagram" */
	char *address;	  /* in digits; "*": all of IPv4 and IPv6; NULL for Unix sockets */
	uint32_t port;	  /* 0: the kernel picks one */
	char *path;	  /* Unix socket; NULL for TCP and UDP */
	uint32_t mode;	  /* permissions of the Unix socket */
	char *group;	  /* owner group of the Unix socket; NULL: unchanged */
	bool is_sts_only; /* clients there cannot register, only learn of sts */
	bool is_tls;
	bool is_websocket;
	bool needs_account;	 /* clients that connect there; see settings_need_account() */
	struct address *proxies; /* connect there with a PROXY header; empty: there is none */
	size_t n_proxies;
	bool is_spoiled;
};

/* tls = { ... } and certificates = ( { ... } ): PEM files. In settings, either both are set or
 * neither. */
struct certificate_settings {
	char *name; /* NULL for the one of the group tls */
	char *certificate;
	char *key;
	bool is_awaited; /* papod-acme gets it: the files may not be there yet */
	bool is_spoiled;
};

/* tls = { acme... }: a certificate that papod-acme gets and renews. */
struct acme_settings {
	char **names; /* of the server; empty: none is wanted */
	size_t n_names;
	char *url;	 /* of the issuer */
	char *contact;	 /* an e-mail address; NULL: none */
	char *challenge; /* "http-01" or "tls-alpn-01" */
	struct certificate_settings certificate;
};

/* web = { ... }: what listeners for WebSocket offer besides. */
struct web_settings {
	char *directory;  /* of the pages; NULL: none */
	char *challenges; /* of answers for issuers of certificates; NULL: none */
	char **origins;	  /* of pages that may connect; empty: pages of the same host */
	size_t n_origins;
	struct address *metrics; /* who may read them; empty: there are none */
	size_t n_metrics;
	bool takes_notifications;
	bool has_api;
};

/* classes = ( { ... } ): limits of groups of clients. The first class that matches applies. */
struct class_settings {
	char *name;
	struct address *addresses; /* empty: every address */
	size_t n_addresses;
	char **listeners; /* empty: every listener */
	size_t n_listeners;
	uint32_t clients; /* at most, in the class; 0: no limit. The same for the next two. */
	uint32_t clients_per_address;
	uint32_t clients_per_network; /* per IPv6 /64 */
	uint32_t send_queue;	      /* bytes */
	uint32_t receive_queue;	      /* bytes */
	uint32_t flood_rate;	      /* cost units a second; 0: no flood control */
	uint32_t flood_burst;	      /* cost units that are allowed at once */
	uint32_t ping_ms;	      /* silence before a PING */
	uint32_t ping_timeout_ms;     /* time for the answer */
	bool needs_password;	      /* the class's, or the server's */
	bool needs_account;	      /* if not set: as accounts.require_account */
	char **auto_join;	      /* channels */
	size_t n_auto_join;
	uint32_t known_after_ms; /* 0: no client is new */
	char **newcomers_denied; /* "create", "message", "link" */
	size_t n_newcomers_denied;
	char *password_hash; /* from secrets.ini; NULL: the class has none */
	bool is_spoiled;
};

/* operators = ( { ... } ): operators and their privileges. */
struct operator_settings {
	char *name;
	char **hosts; /* user@host masks, at least one of which must match; empty: any */
	size_t n_hosts;
	char **privileges; /* such as "kill", "rehash"; "*" is all */
	size_t n_privileges;
	char **certificates; /* fingerprints, one of which must be the client's; empty: any, or none
			      */
	size_t n_certificates;
	char *account;	     /* that the client must be logged in to; NULL: any, or none */
	bool is_automatic;   /* without OPER, if there is no password */
	char *password_hash; /* from secrets.ini; NULL: certificate or account suffice */
	char *totp; /* likewise: the secret of codes that must follow the password; NULL: none */
	bool is_spoiled;
};

/* gateways = ( { ... } ): clients that report addresses of others with WEBIRC. */
struct gateway_settings {
	char *name;
	struct address *addresses; /* its own */
	size_t n_addresses;
	char *password_hash; /* from secrets.ini; NULL: it is refused */
	bool is_spoiled;
};

/* notifications = ( { ... } ): who may say something in which channels by a datagram. */
struct notifier_settings {
	char *name;
	char **listeners; /* of kind datagram; empty: every one */
	size_t n_listeners;
	struct address *addresses; /* of senders; empty: every address, as there is a token */
	size_t n_addresses;
	char **channels; /* masks; never empty */
	size_t n_channels;
	char *nick;	  /* as which it speaks */
	uint32_t rate;	  /* messages a second */
	uint32_t burst;	  /* messages at once */
	bool is_notice;	  /* NOTICE instead of PRIVMSG */
	bool is_member;	  /* channel mode n does not apply to it */
	uint32_t wait_ms; /* for a channel that does not exist; 0: its messages are refused */
	char *token;	  /* from secrets.ini, as it is sent; NULL: it needs none */
	bool is_spoiled;
};

/* bans = ( { ... } ): like those that operators set. */
struct ban_settings {
	char *name; /* "kline *@bad.example" */
	char *kind; /* the command that sets such a ban: "kline" */
	enum ban_kind ban_kind;
	char *mask; /* complete */
	char *reason;
	bool is_spoiled;
};

/* blocklists = ( { ... } ). */
struct blocklist_settings {
	char *zone;
	char **answers;
	size_t n_answers;
	char *action; /* of blocklist_action_of() */
	char *reason; /* NULL: none */
	bool is_spoiled;
};

/* filters = ( { ... } ): like those that operators set. */
struct filter_settings {
	char *name;
	char *match; /* a word, as the next two */
	char **on;
	size_t n_on;
	char *action;
	char *pattern;
	char *reason; /* NULL: none */
	uint32_t time_ms;
	bool is_dry;
	uint32_t match_kind; /* enum filter_match, filter_place and filter_action */
	uint32_t places;
	uint32_t action_kind;
	bool is_spoiled;
};

/* token_services = ( { ... } ): programs that learn from TOKEN who a client is. */
struct token_service_settings {
	char *name;
	char *url;
	char *description;
	struct address *validators;
	size_t n_validators;
	bool is_spoiled;
};

/* api_tokens = ( { ... } ): programs that use the HTTP API. */
struct api_token_settings {
	char *name;
	char **scopes; /* see report/web_routes.h */
	size_t n_scopes;
	struct address *addresses; /* empty: every address */
	size_t n_addresses;
	char *source; /* of notifications, as which it sends; NULL: it may not */
	char *token;  /* from secrets.ini; NULL: it is refused */
	bool is_spoiled;
};

/* permanent_channels = ( { ... } ): they exist without members. */
struct channel_settings {
	char *name;
	char *topic; /* NULL: none */
	char *modes; /* all of them, "+ntl 50"; NULL: those of a new channel */
	char *key;   /* NULL: none */
	bool is_spoiled;
};

struct settings {
	uint32_t refs;

	char *server_name;
	char *network_name;
	char *description;
	char *icon;	   /* of the network, https://...; NULL: none */
	char *casemapping; /* see proto/casemap.h */
	bool utf8_only;	   /* other lines are refused */
	char *admin_location;
	char *admin_organisation;
	char *admin_email;

	struct listener_settings *listeners;
	size_t n_listeners;
	bool listens_by_default; /* no file says where clients come in: passed-in sockets decide */
	struct certificate_settings tls;
	char *tls_challenges;	/* directory of proofs for issuers of certificates; NULL: none */
	uint32_t tls_processes; /* 0: one for each CPU */
	struct acme_settings acme;
	struct certificate_settings *certificates; /* more of them; see settings_certificate() */
	size_t n_certificates;
	struct web_settings web;
	struct class_settings *classes; /* never empty: the last one matches all clients */
	size_t n_classes;
	struct operator_settings *operators;
	size_t n_operators;
	struct gateway_settings *gateways;
	size_t n_gateways;
	struct notifier_settings *notifiers;
	size_t n_notifiers;
	struct ban_settings *bans;
	size_t n_bans;
	struct blocklist_settings *blocklists;
	size_t n_blocklists;
	struct filter_settings *filters;
	size_t n_filters;
	struct token_service_settings *token_services;
	size_t n_token_services;
	struct api_token_settings *api_tokens;
	size_t n_api_tokens;
	struct address *exempt_addresses; /* from bans of users and of addresses */
	size_t n_exempt_addresses;
	char **exempt_users; /* user@host masks: from bans of users */
	size_t n_exempt_users;
	char **filter_exempt_users; /* user@host masks: from filters */
	size_t n_filter_exempt_users;
	char **filter_exempt_accounts;
	size_t n_filter_exempt_accounts;
	struct channel_settings *permanent_channels;
	size_t n_permanent_channels;

	uint32_t clients; /* on the whole server */
	uint32_t registration_ms;
	uint32_t invitation_ms; /* 0: indefinitely */
	uint32_t nick_length;
	uint32_t user_length;
	uint32_t realname_length;
	uint32_t channel_length;
	uint32_t topic_length;
	uint32_t kick_length;
	uint32_t away_length;
	uint32_t key_length;
	uint32_t channels_per_user;
	uint32_t list_entries;	      /* bans and the like, per channel */
	uint32_t registered_channels; /* per founder */
	uint32_t channel_access;      /* accounts with a rank, per channel */
	uint32_t known_addresses;     /* see world/known_addresses.h; 0: none */
	uint32_t known_days;
	uint32_t known_account_ms; /* a younger account makes no address known */
	uint32_t channel_words;	   /* that may not be said, per channel */
	uint32_t modes_per_command;
	uint32_t targets_per_message;
	uint32_t whowas_entries;
	uint32_t server_bans; /* of each kind */
	uint32_t filter_entries;
	uint32_t report_entries;
	uint32_t accept_entries;
	uint32_t monitor_entries;
	uint32_t silence_entries;
	uint32_t who_matches; /* 0: no limit */
	char **auto_join;     /* of classes that do not set it */
	size_t n_auto_join;
	char *command_prefixes;	     /* characters; NULL: none */
	uint32_t rename_pause_ms;    /* between two RENAMEs of a channel */
	uint32_t rename_redirect_ms; /* 0: old names are free at once */
	uint32_t rename_members;

	bool oper_tag_names; /* say which operator it is */
	char **client_tags_denied;
	size_t n_client_tags_denied;
	char **metadata_keys_denied;
	size_t n_metadata_keys_denied;
	char **capabilities_off;
	size_t n_capabilities_off;
	char **capabilities_on;
	size_t n_capabilities_on;

	uint32_t sts_port; /* 0: clients may stay without TLS */
	uint32_t sts_days;
	bool sts_preload;

	uint32_t multiline_bytes;
	uint32_t multiline_lines;
	uint32_t batch_timeout_ms;

	uint32_t metadata_keys;
	uint32_t metadata_value_bytes;
	uint32_t metadata_subscriptions;
	uint32_t metadata_sync; /* members of a channel */
	bool metadata_as_3;

	uint32_t datagrams; /* a second that are taken from a listener */

	uint32_t redactable_messages; /* per channel or user; 0: REDACT is off */
	uint32_t redact_window_ms;    /* 0: no limit */
	uint32_t edit_window_ms;      /* 0: no limit */
	bool edit_notices;

	bool cloak_hosts;
	bool cloak_optional; /* users may remove theirs */
	bool cloak_bans_see_through;
	char *cloak_suffix;
	char *cloak_key; /* see proto/cloak.h; NULL: none */

	struct {
		bool can_register;
		bool can_invite;   /* an invitation registers an account, also where no one else may
				    */
		bool are_required; /* of clients whose class does not set it */
		struct address *exempt_addresses; /* from all requirements of an account */
		size_t n_exempt_addresses;
		uint32_t per_address;	 /* registered in a day; 0: any number */
		uint32_t password_bytes; /* the least */
		uint32_t certificates;	 /* per account */
		uint32_t nicks;		 /* per account, beside its name */
		char *nick_protection;	 /* "off", "owners" or "on" */
		uint32_t nick_protection_ms;
		/* "off", "opt_in", "opt_out" or "mandatory", see world/account_wishes.h */
		char *multiclient;
		uint32_t clients; /* that share a nick; 0: any number */
		char *always_on;  /* likewise, as the next */
		char *auto_away;
		uint32_t always_on_days; /* without a client; 0: any number */
		uint32_t read_markers;	 /* per account, like the next */
		uint32_t devices;
		char *checker;		 /* Unix socket of an outside checker; NULL: none */
		uint32_t checker_ms;	 /* time for its answer */
		bool are_tokens_checked; /* by it */
		char *email;		 /* "none", "optional" or "required" */
		bool verify;
		uint32_t code_ms;
		uint32_t mails_per_day;
		uint32_t expiry_days;	      /* without use; 0: never */
		uint32_t channel_expiry_days; /* likewise */
	} accounts;

	struct {
		uint32_t entries; /* 0: none is stored */
		uint32_t days;	  /* 0: any number */
	} audit;

	struct {
		bool is_enabled;
		bool has_unregistered; /* channels */
		bool has_private;      /* messages */
		bool has_events;
		bool has_trigrams;
		uint32_t keep_days;		/* 0: all */
		uint32_t keep_messages;		/* of each channel; 0: all */
		bool has_channels;		/* also without SET HISTORY */
		bool has_notice;		/* for newcomers of a channel */
		uint32_t memory_bytes;		/* of all channels that are recorded in memory */
		uint32_t memory_messages;	/* of each channel that is recorded in memory */
		uint32_t channel_days_most;	/* that founders may choose; 0: keep_days */
		uint32_t channel_messages_most; /* likewise; 0: keep_messages */
		uint32_t join_messages;		/* sent unasked; 0: none */
		uint32_t query_messages;	/* most in one answer */
	} history;

	struct {
		uint32_t arrivals; /* new users in that time; 0: any number */
		uint32_t arrival_ms;
		char *level; /* see world/lockdown.h */
		bool admits_known_addresses;
		uint32_t time_ms;
	} lockdown;

	struct {
		char *socket;
		char *from;	   /* NULL: sendmail's choice */
		char *verify_file; /* NULL: the built-in text. The same for reset_file. */
		char *reset_file;
		char *verify; /* the texts; NULL: built-in */
		char *reset;
	} mail;

	struct {
		char *url;	 /* NULL: nothing can be uploaded */
		char *directory; /* NULL: in the state directory of the gate */
		char **types;
		size_t n_types;
		uint32_t bytes;		/* of a file */
		uint32_t account_bytes; /* of all files of an account */
		uint32_t total_mib;
		uint32_t hourly; /* files of an account */
		uint32_t days;	 /* after which a file is removed; 0: never */
		uint32_t account_age_ms;
	} uploads;

	struct {
		bool is_enabled;
		char *socket;
		char *contact; /* "mailto:..." or "https://..."; NULL: none */
		char **allow;  /* entries of push_wall_parse() */
		size_t n_allow;
		uint32_t delay_ms;
		uint32_t devices;     /* per account */
		uint32_t expiry_days; /* of a subscription */
	} push;

	char *motd_file; /* NULL: none. The same for rules_file. */
	char *rules_file;
	bool dns_reverse; /* show names instead of addresses */
	uint32_t dns_timeout_ms;
	char *dns_socket;	      /* NULL: of systemd-resolved, or else of papod-lookup */
	uint32_t loop_reserved_files; /* descriptors kept back from clients */
	bool log_nick_changes;

	char *password_hash; /* the server's; NULL: none */
	char *motd;	     /* the text; NULL: none */
	char *rules;

	struct settings_origins *origins; /* private to config/ */
	struct source *sources;		  /* private to config/ */
	size_t n_sources;
};

/* The maximum size of such a source in bytes. A reader that reads one byte more can tell that a
 * file is too large. */
size_t settings_source_limit(enum source_kind kind);

/* Returns a reference for the caller; or NULL, and problems contains all errors, not only the
 * first. It may contain warnings on success too. */
struct settings *settings_parse(
	const struct source *sources, size_t n_sources, struct problems *problems);

/* The same, but never NULL: invalid values are replaced by defaults, and entries of lists with an
 * invalid value are left out. */
struct settings *settings_parse_leniently(
	const struct source *sources, size_t n_sources, struct problems *problems);

struct settings *settings_ref(struct settings *settings);
void settings_unref(struct settings *settings); /* NULL is allowed */

/* Save as a record with that id, for snapshots and recordings. */
void settings_save(struct buffer *out, uint16_t id, const struct settings *settings);
/* Replace the tokens of notifications in what was saved, with other ones: see token_mask.h. */
void settings_mask_tokens(const struct pack_field *saved);
/* Load settings of any release. Values that this one refuses are replaced by defaults, and entries
 * of lists with such a value are left out, because refusing all would lose the connected clients.
 * An unknown password hash admits no one. NULL: damaged. */
struct settings *settings_load(const struct pack_field *field);

/* The class of a client, by its address and the name of the listener it came through. */
const struct class_settings *settings_class_of(
	const struct settings *settings, const struct address *address, const char *listener);

/* May a client at this address validate tokens of the service? */
bool token_service_admits(
	const struct token_service_settings *service, const struct address *address);

/* Must a client of that class, address and listener log in to an account before it is welcomed? */
bool settings_need_account(const struct settings *settings, const struct class_settings *class,
	const struct address *address, const char *listener);
/* Must all clients, except those of accounts.exempt_addresses? */
bool settings_always_need_account(const struct settings *settings);

/* Notifications come in there, and no clients. */
bool listener_is_datagram(const struct listener_settings *listener);

/* papod-gate serves it, and papod does not listen there. */
bool listener_is_for_gate(const struct listener_settings *listener);

/* Do connections there begin with a PROXY header? */
bool listener_is_proxied(const struct listener_settings *listener);
/* May that address send one, and so speak for others? */
bool listener_trusts_proxy(const struct listener_settings *listener, const struct address *address);

/* Each certificate, that of the group tls first, that of papod-acme last; NULL after the last. */
const struct certificate_settings *settings_certificate(
	const struct settings *settings, size_t index);

/* May clients connect with TLS? */
/* Does each account have an e-mail address, or none? */
bool settings_need_email(const struct settings *settings);
bool settings_refuse_email(const struct settings *settings);
bool settings_have_tls(const struct settings *settings);

/* NULL: no such listener; systemd may have passed in one that no file names. */
const struct listener_settings *settings_find_listener(
	const struct settings *settings, const char *name);
/* NULL: no such operator. */
const struct operator_settings *settings_find_operator(
	const struct settings *settings, const char *name);
/* Does an operator need this account? */
bool settings_have_operator_account(
	const struct settings *settings, enum casemap casemap, const char *account);
/* NULL: no gateway has that address. */
const struct gateway_settings *settings_find_gateway(
	const struct settings *settings, const struct address *address);
/* NULL: no such entry of the list. */
const struct notifier_settings *settings_find_notifier(
	const struct settings *settings, const char *name);
/* Who may send such a datagram: by its listener, its address and its token (NULL: none)? Continues
 * after previous, which is NULL at first; returns NULL after the last. Tokens are compared in a
 * time that does not tell where they differ. A token that is not needed is not accepted. */
const struct notifier_settings *settings_next_notifier(const struct settings *settings,
	const struct notifier_settings *previous, const struct datagram *datagram,
	const char *token);
/* Is a name denied? In the list, an asterisk denies all, a hyphen in front makes an exception, and
 * later entries override earlier ones. */
bool settings_denies(char *const *denied, size_t n_denied, const char *name, size_t length);
bool settings_operator_has(const struct operator_settings *oper, const char *privilege);

/* Do they exempt others from bans? NULL: no settings, without exemptions. */
bool settings_exempt_differ(const struct settings *a, const struct settings *b);

/* The files that the settings were read from; NULL after the last. */
const char *settings_source_name(const struct settings *settings, size_t index);
/* The file that sets an option of the top level, such as "files.motd", and the line; NULL: none
 * does. */
const char *settings_origin(
	const struct settings *settings, const char *option, unsigned int *ret_line);

/* The same for an option of the entry with that index of a list, such as "bans". */
const char *settings_item_origin(const struct settings *settings, const char *list, size_t index,
	const char *option, unsigned int *ret_line);

/* Every option with its value and the origin of the value, as papod --show-config prints them,
 * without password hashes. */
void settings_show(const struct settings *settings, struct buffer *out);
void settings_show_changed(const struct settings *settings, struct buffer *out); /* set by files */

/* An option whose value differs. The texts are those of settings_show(); NULL: it has no value, or
 * is a secret or not a single option. */
struct settings_change {
	const char *option;
	const char *old;
	const char *new;
	bool needs_restart; /* only a restart applies it */
};

typedef void (*settings_change_fn)(void *data, const struct settings_change *change);
void settings_compare(const struct settings *old, const struct settings *new,
	settings_change_fn on_change, void *data);
