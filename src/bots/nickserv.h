/* What the subcommands of NickServ that change an account share. */
#pragma once

#include "bots/bots.h"
#include "proto/store_row.h"
#include "world/account_edit.h"
#include "world/accounts.h"
#include "world/changes.h"

/* True: another change of the account is under way, which the user was told. */
bool nickserv_refuse_busy(struct call *call, const struct account *account);
/* A change of the account; NULL: another one is under way, which the user was told. */
struct change *nickserv_change(struct call *call, const struct account *account);
/* A row of the account; empties the bytes. */
void nickserv_add_row(
	struct call *call, struct change *change, struct store_row row, struct buffer *bytes);
/* A change of the account's own row; NULL: as nickserv_change(). */
struct change *nickserv_change_fields(
	struct call *call, const struct account *account, account_edit_fn edit, const void *data);
/* Store another e-mail address of the account; NULL: none. */
void nickserv_store_email(struct call *call, const struct account *account, const char *email);
void nickserv_store_flags(
	struct call *call, const struct account *account, uint32_t flags, const char *text);

/* A change of kind CHANGE_KIND_ACCOUNT is over. The session of the call is NULL if it is gone. */
void nickserv_stored(struct call *call, const struct change *change, int status);
