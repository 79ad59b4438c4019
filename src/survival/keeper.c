/* Owns the case that there is no keeper. */
#include "survival/keeper.h"

int keeper_keep(const struct keeper *keeper, int fd, const char *name)
{
	return keeper->is_there ? keeper->keep(keeper->data, fd, name) : 0;
}

void keeper_drop(const struct keeper *keeper, const char *name)
{
	if (keeper->is_there)
		(void) keeper->drop(keeper->data, name);
}
