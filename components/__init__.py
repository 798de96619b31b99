"""What screens share. Each folder uses those below it: nicegui_adapter, web, layout, ui, assets."""
