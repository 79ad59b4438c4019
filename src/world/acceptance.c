/* Owns acceptances. */
#include "world/acceptance.h"

#include <stdlib.h>

#include "base/mem.h"
#include "world/user.h"
#include "world/world.h"

#define OWNER_FIELD 1
#define OTHER_FIELD 2

void acceptance_new(struct user *owner, struct user *other)
{
	struct acceptance *acceptance = mem_new(sizeof(*acceptance));

	acceptance->owner = owner;
	acceptance->other = other;
	list_add_last(&user_need_extras(owner)->acceptances, &acceptance->in_owner);
	list_add_last(&user_need_extras(other)->accepted_by, &acceptance->in_other);
}

void acceptance_free(struct acceptance *acceptance)
{
	if (!acceptance)
		return;
	list_remove(&acceptance->in_owner);
	list_remove(&acceptance->in_other);
	free(acceptance);
}

struct acceptance *acceptance_find(const struct user *owner, const struct user *other)
{
	struct acceptance *acceptance;

	LIST_EACH (acceptance, &user_extras(owner)->acceptances, in_owner)
		if (acceptance->other == other)
			return acceptance;
	return NULL;
}

bool acceptance_is_full(const struct world *world, const struct user *owner)
{
	const struct list *acceptances = &user_extras(owner)->acceptances;
	uint32_t n = 0;

	for (const struct list *at = acceptances->next; at != acceptances; at = at->next)
		n++;
	return n >= world->settings->accept_entries;
}

void acceptances_free_by_others(struct user *user)
{
	while (!list_is_empty(&user_extras(user)->accepted_by))
		acceptance_free(
			LIST_FIRST(&user_extras(user)->accepted_by, struct acceptance, in_other));
}

void acceptances_free_of_user(struct user *user)
{
	acceptances_free_by_others(user);
	while (!list_is_empty(&user_extras(user)->acceptances))
		acceptance_free(
			LIST_FIRST(&user_extras(user)->acceptances, struct acceptance, in_owner));
}

void acceptances_save(struct buffer *out, uint16_t id, const struct user *owner)
{
	const struct acceptance *acceptance;

	LIST_EACH (acceptance, &user_extras(owner)->acceptances, in_owner) {
		size_t record = pack_begin(out, id);

		pack_u64(out, OWNER_FIELD, owner->number);
		pack_u64(out, OTHER_FIELD, acceptance->other->number);
		pack_end(out, record);
	}
}

void acceptance_load(struct world *world, struct pack record)
{
	struct user *owner = NULL, *other = NULL;
	struct pack_field field;

	while (pack_next(&record, &field))
		if (field.id == OWNER_FIELD)
			owner = user_find_number(world, pack_field_u64(&field));
		else if (field.id == OTHER_FIELD)
			other = user_find_number(world, pack_field_u64(&field));
	if (owner && other && !acceptance_find(owner, other))
		acceptance_new(owner, other);
}
