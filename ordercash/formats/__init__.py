"""How the forms of the admin write days and instants: as the pages do."""
