/* Owns how a changed row of an account comes into a change. */
#include "world/account_edit.h"

#include "base/buffer.h"
#include "world/account_rows.h"
#include "world/changes.h"

struct row_edit {
	account_edit_fn edit;
	const void *data;
	struct buffer bytes;
};

static void put_edited_row(void *data, struct account_fields *fields)
{
	struct row_edit *edit = data;

	edit->edit(fields, edit->data);
	account_fields_put(&edit->bytes, fields);
}

void account_edit(struct world *world, struct change *change, const struct account *account,
	account_edit_fn edit, const void *data)
{
	struct row_edit row = { edit, data, { .is_secret = true } };

	account_with_fields(account, put_edited_row, &row);
	change_add_row(world, change,
		(struct store_row){ .table = STORE_TABLE_ACCOUNTS,
			.id = account->id,
			.bytes = buffer_text(&row.bytes),
			.length = row.bytes.length });
	buffer_done(&row.bytes);
}
