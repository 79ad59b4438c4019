/* Doubly linked lists whose nodes live inside the listed structs. The order is
 * the order of adding, so walking one is deterministic. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"

struct list {
	struct list *next;
	struct list *previous;
};

/* The initial value of a constant list, to which nothing may be added. */
#define LIST_EMPTY(head)                                                                           \
	{                                                                                          \
		(struct list *) (uintptr_t) & (head), (struct list *) (uintptr_t) & (head)         \
	}

static inline void list_init(struct list *list)
{
	list->next = list->previous = list;
}

static inline bool list_is_empty(const struct list *list)
{
	return list->next == list;
}

static inline void list_add_last(struct list *list, struct list *node)
{
	node->next = list;
	node->previous = list->previous;
	list->previous->next = node;
	list->previous = node;
}

/* Afterwards the node is a list of its own, so removing twice is harmless. */
static inline void list_remove(struct list *node)
{
	node->next->previous = node->previous;
	node->previous->next = node->next;
	list_init(node);
}

/* Append all nodes of another list, which is empty then. */
static inline void list_move_all(struct list *list, struct list *other)
{
	if (list_is_empty(other))
		return;
	other->next->previous = list->previous;
	list->previous->next = other->next;
	other->previous->next = list;
	list->previous = other->previous;
	list_init(other);
}

/* Walk the structs of a list; the current one must stay in it. */
#define LIST_EACH(item, list, member)                                                              \
	for (item = CONTAINER_OF((list)->next, __typeof__(*item), member);                         \
		&item->member != (list);                                                           \
		item = CONTAINER_OF(item->member.next, __typeof__(*item), member))

/* Walk a list whose current struct may be removed. */
#define LIST_EACH_SAFE(item, after, list, member)                                                  \
	for (item = CONTAINER_OF((list)->next, __typeof__(*item), member),                         \
	    after = CONTAINER_OF(item->member.next, __typeof__(*item), member);                    \
		&item->member != (list);                                                           \
		item = after, after = CONTAINER_OF(item->member.next, __typeof__(*item), member))

/* The first and the last struct of a list that is not empty. */
#define LIST_FIRST(list, type, member) CONTAINER_OF((list)->next, type, member)
#define LIST_LAST(list, type, member) CONTAINER_OF((list)->previous, type, member)
