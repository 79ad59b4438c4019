/* Owns HOLD of NickServ: accounts that do not expire. */
#include "bots/asking.h"
#include "bots/bots.h"
#include "bots/nickserv.h"
#include "bots/voice.h"
#include "world/account_rows.h"

/* A row of the account with the flag, or without. */
struct held_row {
	struct buffer bytes;
	bool is_held;
};

static void put_held(void *data, struct account_fields *fields)
{
	struct held_row *row = data;

	fields->flags &= ~(uint32_t) ACCOUNT_FLAG_HELD;
	if (row->is_held)
		fields->flags |= ACCOUNT_FLAG_HELD;
	account_fields_put(&row->bytes, fields);
}

static void store_hold(struct errand *errand, const struct account *account, bool is_held)
{
	struct held_row row = { .is_held = is_held };
	struct change *change = nickserv_change(errand->call, account);

	if (!change)
		return;
	account_with_fields(account, put_held, &row);
	nickserv_add_row(errand->call, change, (struct store_row){ .table = STORE_TABLE_ACCOUNTS },
		&row.bytes);
	bot_ask_change(errand->call, change, "The account %s %s.", account->name,
		is_held ? "does not expire" : "expires like others");
}

static void run_account_hold(struct errand *errand)
{
	const struct account *account = account_find(errand->call->world, errand->params[0]);
	bool is_on;

	if (!account)
		bot_say(errand, "There is no account %s.", errand->params[0]);
	else if (bot_read_switch(errand, errand->params[1], &is_on))
		store_hold(errand, account, is_on);
}

NICKSERV(hold) = {
	.name = "HOLD",
	.min_params = 2,
	.max_params = 2,
	.cost = 2,
	.flags = SUBCOMMAND_CHANGES,
	.privilege = "force",
	.run = run_account_hold,
	.usage = "<account> ON|OFF",
	.help = "For operators of the server: an account with ON does not expire, however long it "
		"is not used.",
};
