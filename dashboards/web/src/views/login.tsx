import { useState } from 'preact/hooks'
import { enter, loginFault } from '../state'

export function Login() {
  const [given, give] = useState('')
  return (
    <main class="login">
      <form onSubmit={(event) => {
        event.preventDefault()
        enter(given)
      }}>
        <p class="brand"><span aria-hidden="true">H</span>Hone</p>
        <h1>Sign in</h1>
        <p>The token is in <code>access.json</code> of its state folder. <code>hone dashboard</code> opens this page with it.</p>
        <label for="token">Token</label>
        <input id="token" type="password" autocomplete="off" spellcheck={false} required value={given}
               aria-describedby="fault" aria-invalid={loginFault.value ? 'true' : undefined}
               onInput={(event) => give(event.currentTarget.value)} />
        <p id="fault" class="fault" role="alert">{loginFault.value}</p>
        <button type="submit" class="main">Show the sweeps</button>
        <p class="hint">It is kept in this tab until you close it or log out.</p>
      </form>
    </main>
  )
}
