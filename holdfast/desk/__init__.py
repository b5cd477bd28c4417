"""What browsers speak: sessions, permissions, REST, one WebSocket protocol."""
