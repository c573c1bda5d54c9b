// The time zone for what belongs to no building: sessions, the demonstration's messages. A building has its own.
export const SERVICE_ZONE = 'Europe/Moscow';
