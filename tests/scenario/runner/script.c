/* Owns the commands of the scenario language: one row each. */
#include "script.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "base/text.h"
#include "control_step.h"
#include "pattern.h"
#include "push_step.h"

struct player {
	struct stage *stage;
	bool is_storage_set;
};

/* Cut off the next word of a line; *line is the rest. */
static char *next_word(char **line)
{
	char *word = *line + strspn(*line, " "), *end = word + strcspn(word, " ");

	*line = end + strspn(end, " ");
	*end = '\0';
	return word;
}

/* \xHH is a byte, \\ a backslash. */
static size_t unescape(char *text)
{
	char *to = text;

	for (const char *from = text; *from; to++) {
		if (from[0] == '\\' && from[1] == 'x' && from[2] && from[3]) {
			const char digits[] = { from[2], from[3], '\0' };

			*to = (char) strtoul(digits, NULL, 16);
			from += 4;
		} else {
			from += from[0] == '\\' && from[1] == '\\';
			*to = *from++;
		}
	}
	*to = '\0';
	return (size_t) (to - text);
}

static void put_text(struct player *player, enum source_kind kind, const char *line)
{
	struct buffer *text = &player->stage->texts[kind];

	if (player->stage->is_fresh[kind])
		buffer_clear(text);
	player->stage->is_fresh[kind] = false;
	buffer_format(text, "%s\n", line);
}

/* Further lines of texts are for the next reload. */
static void begin(struct player *player)
{
	if (!player->stage->world->settings)
		stage_reload(player->stage, 0);
	if (!player->is_storage_set && player->stage->world->settings)
		stage_set_storage(player->stage, STORAGE_WORKS);
	player->is_storage_set = true;
}

static void do_config(struct player *player, char *rest)
{
	put_text(player, SOURCE_KIND_CONFIG, rest);
}

static void do_secret(struct player *player, char *rest)
{
	put_text(player, SOURCE_KIND_SECRETS, rest);
}

static void do_motd(struct player *player, char *rest)
{
	put_text(player, SOURCE_KIND_MOTD, rest);
}

static void do_rules(struct player *player, char *rest)
{
	put_text(player, SOURCE_KIND_RULES, rest);
}

static void do_dns(struct player *player, char *rest)
{
	const char *address;

	if (strcmp(rest, "holds") == 0 || strcmp(rest, "goes on") == 0) {
		stage_hold_answers(player->stage, &player->stage->dns.is_held, *rest == 'h');
		return;
	}
	address = next_word(&rest);
	if (!fake_dns_add(&player->stage->dns, address, rest))
		stage_fail(player->stage, "the resolver knows too much");
}

static void do_wait(struct player *player, char *rest)
{
	static const struct {
		const char *unit;
		uint64_t ms;
	} units[] = { { "ms", 1 }, { "s", 1000 }, { "m", 60000 }, { "h", 3600000 } };
	char *unit;
	uint64_t count = strtoull(rest, &unit, 10);

	begin(player);
	for (size_t i = 0; i < ARRAY_LENGTH(units); i++) {
		if (strcmp(unit, units[i].unit) != 0)
			continue;
		stage_wait(player->stage, count * units[i].ms);
		return;
	}
	stage_fail(player->stage, "a time is 500ms, 30s, 5m or 1h, not %s", rest);
}

static void do_reload(struct player *player, char *rest)
{
	(void) rest;
	begin(player);
	stage_reload(player->stage, 0);
}

static void do_stop(struct player *player, char *rest)
{
	begin(player);
	stage_stop(player->stage, rest);
}

/* Further words are states of the database; at first it works. */
static void do_storage(struct player *player, char *rest)
{
	static const struct {
		const char *word;
		enum storage_state state;
	} rows[] = { { "works", STORAGE_WORKS }, { "fails", STORAGE_FAILING },
		{ "is missing", STORAGE_NONE } };

	if (strcmp(rest, "is missing") == 0)
		player->is_storage_set = true;
	begin(player);
	if (strcmp(rest, "holds") == 0 || strcmp(rest, "goes on") == 0) {
		stage_hold_answers(
			player->stage, &player->stage->store.is_held, strcmp(rest, "holds") == 0);
		return;
	}
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
		if (strcmp(rest, rows[i].word) == 0) {
			stage_set_storage(player->stage, rows[i].state);
			return;
		}
	stage_fail(
		player->stage, "storage works, fails, is missing, holds or goes on, not %s", rest);
}

/* "account NAME [E-MAIL|- [HASH]]": it is in the database. */
static void do_account(struct player *player, char *rest)
{
	const char *name = next_word(&rest);
	const char *email = next_word(&rest);

	begin(player);
	stage_add_account(player->stage, name, *email && strcmp(email, "-") != 0 ? email : NULL,
		*rest ? rest : NULL);
}

/* "checker knows NAME SECRET [ACCOUNT]", or a state of the checker. */
static void do_checker(struct player *player, char *rest)
{
	static const struct {
		const char *word;
		uint64_t trouble;
	} rows[] = { { "works", 0 }, { "fails", ANSWER_UNCHECKED }, { "is busy", ANSWER_BUSY } };
	struct fake_checker *checker = &player->stage->checker;
	const char *name, *secret;

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
		if (strcmp(rest, rows[i].word) == 0) {
			checker->trouble = rows[i].trouble;
			return;
		}
	if (strcmp(next_word(&rest), "knows") != 0) {
		stage_fail(player->stage,
			"checker works, fails, is busy or knows NAME SECRET [ACCOUNT]");
		return;
	}
	name = next_word(&rest);
	secret = next_word(&rest);
	if (!fake_checker_add(checker, name, secret, *rest ? rest : name))
		stage_fail(player->stage, "the checker knows too many users");
}

/* "mail works|fails|is refused|holds|goes on", or what the last mail is, in one line. */
static void do_mail(struct player *player, char *rest)
{
	struct stage *stage = player->stage;
	struct fake_mailer *mailer = &stage->mailer;

	begin(player);
	if (strcmp(rest, "works") == 0 || strcmp(rest, "fails") == 0 ||
		strcmp(rest, "is refused") == 0) {
		mailer->is_failing = strcmp(rest, "fails") == 0;
		mailer->is_refusing = strcmp(rest, "is refused") == 0;
	} else if (strcmp(rest, "holds") == 0 || strcmp(rest, "goes on") == 0) {
		stage_hold_answers(stage, &mailer->is_held, strcmp(rest, "holds") == 0);
	} else if (!pattern_matches(rest, buffer_text(&mailer->last))) {
		stage_fail(stage, "the last mail is\n\t%s\ninstead of\n\t%s",
			buffer_text(&mailer->last), rest);
	} else {
		buffer_clear(&mailer->last);
	}
}

static void do_history(struct player *player, char *rest)
{
	struct stage *stage = player->stage;
	struct archive_shelf *history = &stage->history;

	begin(player);
	if (strcmp(rest, "works") == 0 || strcmp(rest, "fails") == 0)
		history->is_failing = strcmp(rest, "fails") == 0;
	else if (strcmp(rest, "holds") == 0 || strcmp(rest, "goes on") == 0)
		stage_hold_answers(stage, &history->is_held, strcmp(rest, "holds") == 0);
	else if (archive_shelf_set_news(history, rest))
		stage_hold_answers(stage, &history->is_held, history->is_held);
	else
		stage_fail(stage, "history works, fails, holds or goes on, not %s", rest);
}

static void do_push(struct player *player, char *rest)
{
	begin(player);
	push_step(player->stage, rest);
}

static void do_verify_text(struct player *player, char *rest)
{
	put_text(player, SOURCE_KIND_MAIL_VERIFY, rest);
}

static void do_reset_text(struct player *player, char *rest)
{
	put_text(player, SOURCE_KIND_MAIL_RESET, rest);
}

static void do_certificates(struct player *player, char *rest)
{
	static const char *const words[] = { "unknown", "good", "bad" };

	begin(player);
	for (size_t i = CERTIFICATES_GOOD; i < ARRAY_LENGTH(words); i++)
		if (strcmp(rest, words[i]) == 0) {
			stage_certify(player->stage, (enum certificates) i);
			return;
		}
	stage_fail(player->stage, "certificates good or bad, not %s", rest);
}

static void do_fails(struct player *player, char *rest)
{
	begin(player);
	stage_fail_restart(player->stage, rest);
}

static void do_log(struct player *player, char *rest)
{
	const char *entry;

	while ((entry = lines_take(&player->stage->log)))
		if (pattern_matches(rest, entry))
			return;
	stage_fail(player->stage, "nothing like that was logged: %s", rest);
}

/* "datagram [from ADDRESS] [via LISTENER] : BYTES" */
static void do_datagram(struct player *player, char *rest)
{
	const char *address = "127.0.0.1", *listener = "notify", *word;

	begin(player);
	while (strcmp(word = next_word(&rest), ":") != 0) {
		if (strcmp(word, "from") == 0)
			address = next_word(&rest);
		else if (strcmp(word, "via") == 0)
			listener = next_word(&rest);
		else {
			stage_fail(player->stage, "datagram [from ADDRESS] [via LISTENER] : BYTES");
			return;
		}
	}
	stage_notify(player->stage, address, listener, rest, unescape(rest));
}

static void do_reply(struct player *player, char *rest)
{
	reply_step(player->stage, rest);
}

static void do_control(struct player *player, char *rest)
{
	control_step(player->stage, rest);
}

static const struct {
	const char *word;
	void (*play)(struct player *player, char *rest);
} stage_words[] = {
	{ "=", do_config },
	{ "$", do_secret },
	{ "motd", do_motd },
	{ "rules", do_rules },
	{ "dns", do_dns },
	{ "+", do_wait },
	{ "reload", do_reload },
	{ "stop", do_stop },
	{ "fails", do_fails },
	{ "storage", do_storage },
	{ "account", do_account },
	{ "checker", do_checker },
	{ "certificates", do_certificates },
	{ "mail", do_mail },
	{ "history", do_history },
	{ "push", do_push },
	{ "verify-text", do_verify_text },
	{ "reset-text", do_reset_text },
	{ "log", do_log },
	{ "datagram", do_datagram },
	{ "control", do_control },
	{ "reply", do_reply },
};

static void drop_unread(struct client *client)
{
	client->inbox.next = client->inbox.count;
}

static void set_tls_version(struct stage *stage, struct tls_facts *tls, const char *word)
{
	bool is_newer = strcmp(word, "tls1.3") == 0;

	if (!is_newer && strcmp(word, "tls1.2") != 0)
		stage_fail(stage, "connects over tls1.2 or tls1.3, not %s", word);
	tls->version = is_newer ? 0x0304 : 0x0303;
	tls->suite = is_newer ? 0x1301 : 0xC02F;
}

/* Each hash has one byte again and again: the given one, and the three that follow it. */
static void set_certificate(struct tls_facts *tls, const char *word)
{
	int byte = (int) strtol(word, NULL, 16);

	tls->has_certificate = true;
	memset(tls->certificate_sha256, byte, sizeof(tls->certificate_sha256));
	memset(tls->certificate_sha512, byte + 1, sizeof(tls->certificate_sha512));
	memset(tls->key_sha256, byte + 2, sizeof(tls->key_sha256));
	memset(tls->key_sha512, byte + 3, sizeof(tls->key_sha512));
}

static void client_connects(struct stage *stage, struct client *client, char *rest)
{
	const char *address = "127.0.0.1", *listener = "irc", *word;
	struct tls_facts tls = { 0 };

	while (*(word = next_word(&rest))) {
		if (strcmp(word, "from") == 0)
			address = next_word(&rest);
		else if (strcmp(word, "via") == 0)
			listener = next_word(&rest);
		else if (strcmp(word, "over") == 0)
			set_tls_version(stage, &tls, next_word(&rest));
		else if (strcmp(word, "certificate") == 0 && tls.version)
			set_certificate(&tls, next_word(&rest));
		else
			stage_fail(stage,
				"connects [from ADDRESS] [via LISTENER] [over TLS [certificate "
				"BYTE]], not %s",
				word);
	}
	stage_connect(stage, client, address, listener, tls.version ? &tls : NULL);
}

static void client_registers(struct stage *stage, struct client *client, char *rest)
{
	struct buffer line = { 0 };

	client_connects(stage, client, rest);
	buffer_format(&line, "NICK %s", client->name);
	stage_say(stage, client, line.bytes, line.length);
	buffer_clear(&line);
	buffer_format(&line, "USER %s 0 * :%s Real", client->name, client->name);
	stage_say(stage, client, line.bytes, line.length);
	buffer_done(&line);
	if (client->inbox.count == client->inbox.next)
		stage_fail(stage, "%s was not welcomed", client->name);
	drop_unread(client);
}

static void client_says(struct stage *stage, struct client *client, char *rest)
{
	size_t length = unescape(rest);

	stage_say(stage, client, rest, length);
}

static void client_reads(struct stage *stage, struct client *client, char *rest)
{
	const char *line = lines_take(&client->inbox);

	if (!line)
		stage_fail(stage, "%s has nothing to read", client->name);
	else if (!pattern_matches(rest, line))
		stage_fail(stage, "%s reads\n\t%s\ninstead of\n\t%s", client->name, line, rest);
}

static void client_finds(struct stage *stage, struct client *client, char *rest)
{
	const char *line;

	while ((line = lines_take(&client->inbox)))
		if (pattern_matches(rest, line))
			return;
	stage_fail(stage, "%s finds nothing like\n\t%s", client->name, rest);
}

static void client_drops(struct stage *stage, struct client *client, char *rest)
{
	(void) stage;
	(void) rest;
	drop_unread(client);
}

static void client_closes(struct stage *stage, struct client *client, char *rest)
{
	stage_close(stage, client, *rest ? rest : "Connection closed");
}

static void client_overflows(struct stage *stage, struct client *client, char *rest)
{
	(void) rest;
	stage_overflow(stage, client);
}

static void client_stalls(struct stage *stage, struct client *client, char *rest)
{
	(void) rest;
	stage_stall(stage, client, true);
}

static void client_recovers(struct stage *stage, struct client *client, char *rest)
{
	(void) rest;
	stage_stall(stage, client, false);
}

static void client_drains(struct stage *stage, struct client *client, char *rest)
{
	(void) rest;
	stage_drain(stage, client);
}

static void client_sleeps(struct stage *stage, struct client *client, char *rest)
{
	(void) rest;
	stage_sleep(stage, client, EVENT_ASLEEP);
}

static void client_wakes(struct stage *stage, struct client *client, char *rest)
{
	(void) rest;
	stage_sleep(stage, client, EVENT_AWAKE);
}

static void client_is(struct stage *stage, struct client *client, char *rest)
{
	bool is_so;

	if (strcmp(rest, "gone") == 0)
		is_so = !client->is_connected;
	else if (strcmp(rest, "here") == 0)
		is_so = client->is_connected;
	else if (strcmp(rest, "paused") == 0)
		is_so = client->is_paused;
	else
		is_so = strcmp(rest, "running") == 0 && !client->is_paused;
	if (!is_so)
		stage_fail(stage, "%s is not %s (gone, here, paused, running)", client->name, rest);
}

/* "logs in as ACCOUNT", or "logs out". */
static void client_logs(struct stage *stage, struct client *client, char *rest)
{
	stage_log_in(stage, client, strncmp(rest, "in as ", 6) == 0 ? rest + 6 : NULL);
}

static const struct {
	const char *word;
	void (*play)(struct stage *stage, struct client *client, char *rest);
} client_words[] = {
	{ ">", client_says },
	{ "<", client_reads },
	{ "finds", client_finds },
	{ "drops", client_drops },
	{ "connects", client_connects },
	{ "registers", client_registers },
	{ "closes", client_closes },
	{ "hears-all", stage_deliver },
	{ "overflows", client_overflows },
	{ "stalls", client_stalls },
	{ "drains", client_drains },
	{ "sleeps", client_sleeps },
	{ "wakes", client_wakes },
	{ "recovers", client_recovers },
	{ "is", client_is },
	{ "logs", client_logs },
};

/* "ana > LINE": the line begins one space after the word. */
static char *after_one_space(char *word, const char *end)
{
	char *rest = word + strlen(word);

	return rest < end ? rest + 1 : rest;
}

static void play_client(struct player *player, const char *name, char *rest)
{
	const char *end = rest + strlen(rest);
	char *word = next_word(&rest);

	begin(player);
	for (size_t i = 0; i < ARRAY_LENGTH(client_words); i++) {
		if (strcmp(client_words[i].word, word) != 0)
			continue;
		client_words[i].play(player->stage, stage_client(player->stage, name),
			*word == '>' ? after_one_space(word, end) : rest);
		return;
	}
	stage_fail(player->stage, "there is no word '%s'", word);
}

static void play_line(struct player *player, char *line)
{
	char *rest = line;
	const char *word;

	if (!*line || *line == '#')
		return;
	word = next_word(&rest);
	for (size_t i = 0; i < ARRAY_LENGTH(stage_words); i++) {
		if (strcmp(stage_words[i].word, word) != 0)
			continue;
		stage_words[i].play(player, rest);
		return;
	}
	play_client(player, word, rest);
}

/* All output to clients must be expected. */
static void check_all_read(struct stage *stage)
{
	for (size_t i = 0; i < stage->n_clients; i++) {
		struct client *client = &stage->clients[i];
		const char *line = lines_take(&client->inbox);

		if (line)
			stage_fail(stage, "%s has not read\n\t%s", client->name, line);
	}
	if (stage->replies.next < stage->replies.count)
		stage_fail(
			stage, "nobody has looked at the reply\n\t%s", lines_take(&stage->replies));
}

static void locate_failure(struct stage *stage, size_t number)
{
	CLEANUP(mem_freep) char *text = buffer_take(&stage->failure);

	buffer_format(&stage->failure, "line %zu: %s", number, text);
}

void script_play(struct stage *stage, const char *text)
{
	struct player player = { .stage = stage };
	CLEANUP(mem_freep) char *copy = mem_text(text);
	char *rest = copy, *line;
	size_t number = 0;

	while (!stage->failure.length && (line = text_split(&rest, '\n'))) {
		number++;
		play_line(&player, line);
	}
	if (!stage->failure.length)
		check_all_read(stage);
	if (stage->failure.length)
		locate_failure(stage, number);
}
