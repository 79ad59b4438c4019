noinst_LIBRARIES += %D%/libmoving.a
%C%_libmoving_a_SOURCES = \
	%D%/inspircd.c %D%/inspircd.h \
	%D%/inspircd_opers.c %D%/inspircd_opers.h \
	%D%/inspircd_syntax.c %D%/inspircd_syntax.h \
	%D%/mapping.c %D%/mapping.h \
	%D%/moved.c %D%/moved.h \
	%D%/moved_config.c %D%/moved_config.h \
	%D%/moving_formats.c %D%/moving_formats.h \
	%D%/moving_modes.c %D%/moving_modes.h \
	%D%/moving_tree.c %D%/moving_tree.h \
	%D%/ngircd.c %D%/ngircd.h \
	%D%/ngircd_syntax.c %D%/ngircd_syntax.h \
	%D%/unrealircd.c %D%/unrealircd.h \
	%D%/unrealircd_opers.c %D%/unrealircd_opers.h \
	%D%/unrealircd_syntax.c %D%/unrealircd_syntax.h
