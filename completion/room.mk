# Where the shells look for completions of programs in packages.
bashcompletiondir = $(datadir)/bash-completion/completions
zshcompletiondir = $(datadir)/zsh/vendor-completions
fishcompletiondir = $(datadir)/fish/vendor_completions.d
dist_zshcompletion_DATA = %D%/_papoctl
dist_fishcompletion_DATA = %D%/papoctl.fish
nodist_bashcompletion_DATA = %D%/papoctl
EXTRA_DIST += %D%/papoctl.bash
CLEANFILES += %D%/papoctl

# bash finds it by the name of the program.
%D%/papoctl: %D%/papoctl.bash
	$(AM_V_GEN)$(MKDIR_P) $(@D) && cp $(srcdir)/%D%/papoctl.bash $@
